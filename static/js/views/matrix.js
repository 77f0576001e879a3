/** A confusion matrix as a table: rows are the true classes, columns what they were taken for. */

import { h } from "../core/dom.js";
import { t } from "../core/i18n.js";

/** @param {HTMLElement} root */
export function matrix(root) {
  const table = h("table", { class: "matrix" });
  root.append(table);
  return {
    /** @param {{cells: ArrayLike<number>, names: string[], caption: string}} next */
    update({ cells, names, caption }) {
      const size = names.length;
      const rows = names.map((_, i) => Array.from({ length: size }, (__, j) => cells[i * size + j] ?? 0));
      const body = rows.map((row, i) => {
        const sum = row.reduce((a, b) => a + b, 0) || 1;
        const tds = row.map((count, j) => {
          const td = h("td", { class: i === j ? "right" : "wrong" }, count);
          td.style.setProperty("--share", `${Math.round((100 * count) / sum)}%`);
          return td;
        });
        return h("tr", {}, h("th", { scope: "row" }, names[i] ?? ""), ...tds);
      });
      const head = h(
        "tr",
        {},
        h("th", { scope: "col" }, t("true \\ taken for")),
        ...names.map((name) => h("th", { scope: "col" }, name)),
      );
      table.replaceChildren(h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, ...body));
    },
    destroy: () => table.remove(),
  };
}
