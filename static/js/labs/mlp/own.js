/** The visitor's own points, from a table with labels. */

import { t } from "../../core/i18n.js";
import { axesText, columnChooser, labelsText, ownTable } from "../../parts/own_table.js";

/** @param {(values: {points: string, axes: string, labels: string, reading: string}) => void} onPoints */
export function ownPoints(onPoints) {
  ownTable({
    url: "/api/mlp/table",
    choice: ({ columns, label: likeliest }, onChange) => {
      const named = likeliest ?? columns.length - 1;
      const numbers = columns.flatMap(({ kind, name }, value) =>
        kind === "number" ? [{ name, value }] : [],
      );
      const every = columns.map(({ name }, value) => ({ name, value }));
      const label = columnChooser(t("Label"), every, named, onChange);
      const beside = () => numbers.filter(({ value }) => value !== Number(label.select.value));
      const [a = named, b = a] = beside().map(({ value }) => value);
      const across = columnChooser("x₁", [...numbers, { name: t("PCA of all"), value: "pca" }], a, onChange);
      const up = columnChooser("x₂", numbers, b, onChange);
      const isPca = () => across.select.value === "pca";
      const pair = () => [Number(across.select.value), Number(up.select.value)];
      across.select.addEventListener("change", () => (up.element.hidden = isPca()));
      return {
        element: [across.element, up.element, label.element],
        selects: [across.select, up.select, label.select],
        columns: () => [
          ...(isPca() ? numbers.map(({ value }) => value) : pair()),
          Number(label.select.value),
        ],
        values: () => ({
          // With fewer than two there is nothing to choose, and the server says so.
          columns: isPca() ? "pca" : beside().length > 1 ? pair() : null,
          label: Number(label.select.value),
        }),
      };
    },
    onPoints: ({ points, axes, units, labels, reading }) =>
      onPoints({ points, axes: axesText(axes, units), labels: labelsText(labels), reading }),
  });
}
