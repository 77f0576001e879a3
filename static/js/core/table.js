/** A table of numbers, its rows and columns named. */

import { h } from "./dom.js";

/**
 * @param {HTMLElement} table
 * @param {string[]} head
 * @param {string[][]} rows the first cell of each is its heading
 */
export function fillTable(table, head, rows) {
  const text = JSON.stringify([head, rows]);
  if (table.dataset.text === text) return;
  table.dataset.text = text;
  table.replaceChildren(
    h("thead", {}, h("tr", {}, ...head.map((name) => h("th", { scope: "col" }, name)))),
    h(
      "tbody",
      {},
      ...rows.map(([name = "", ...cells]) =>
        h("tr", {}, h("th", { scope: "row" }, name), ...cells.map((cell) => h("td", {}, cell))),
      ),
    ),
  );
}
