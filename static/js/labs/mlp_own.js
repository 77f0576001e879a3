/** The visitor's own points: painted by finger, or from a table with labels. */

import { ApiError, post } from "../core/api.js";
import { $, h } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { newest } from "../core/newest.js";
import { decodeRows, encodeRows, MAX_ROWS, TEST, TRAIN } from "../core/points.js";

const APART = 0.05; // between two painted points
const ERASER = 0.09;
const TEST_EVERY = 4; // each fourth painted point is kept for testing

/** @typedef {import("../core/points.js").Row} Row */

/**
 * @param {{state: import("../core/state.js").State, pointsNow: () => any, onChange: () => void}} options
 */
export function painter({ state, pointsNow, onChange }) {
  let on = false;
  let brush = 0;
  /** @type {[number, number] | null} */ let before = null;
  const bar = $("[data-paint-bar]");

  /** What is on the picture now, as rows. @returns {Row[]} */
  const rowsNow = () => {
    if (state.values.data === "own") return decodeRows(String(state.values.points));
    const frame = pointsNow();
    if (!frame || frame.header.classes === null) return [];
    const { x, y, role } = frame.arrays;
    return Array.from(role, (r, i) => ({ a: x[2 * i], b: x[2 * i + 1], label: y[i], role: Number(r) }));
  };
  /** @param {Row[]} rows */
  const keep = (rows) => {
    if (rows.filter((row) => row.role === TRAIN).length >= 2) state.set({ data: "own", points: encodeRows(rows), axes: "" });
  };
  const brushes = /** @type {NodeListOf<HTMLElement>} */ (bar.querySelectorAll("[data-brush]"));
  for (const button of brushes) {
    button.addEventListener("click", () => {
      brush = Number(button.dataset.brush);
      onChange();
    });
  }
  $("[data-paint-switch]").addEventListener("click", () => {
    on = !on;
    onChange();
  });
  // Two points are the least that one can train on: one of each class, to begin from.
  $("[data-paint-clear]").addEventListener("click", () => keep([{ a: -0.8, b: 0, label: 0, role: TRAIN }, { a: 0.8, b: 0, label: 1, role: TRAIN }]));

  return {
    get on() {
      return on;
    },
    show() {
      bar.hidden = !on;
      $("[data-paint-switch]").setAttribute("aria-pressed", String(on));
      for (const button of brushes) {
        button.setAttribute("aria-pressed", String(Number(button.dataset.brush) === brush));
        button.hidden = state.values.model === "perceptron" && Number(button.dataset.brush) > 1;
      }
    },
    /** @param {number} x @param {number} y @param {"start" | "move" | "end"} phase */
    paint(x, y, phase) {
      if (!on || state.values.run) return;
      if (phase === "end") {
        before = null;
        return;
      }
      if (before && Math.hypot(x - before[0], y - before[1]) < APART) return;
      before = [x, y];
      const rows = rowsNow();
      if (brush < 0) keep(rows.filter(({ a, b }) => Math.hypot(a - x, b - y) > ERASER));
      else if (rows.length < MAX_ROWS) keep([...rows, { a: x, b: y, label: brush, role: rows.length % TEST_EVERY === TEST_EVERY - 1 ? TEST : TRAIN }]);
    },
  };
}

/**
 * @param {HTMLElement} root the dialog
 * @param {HTMLElement} opener
 * @param {(points: string, axes: string) => void} onPoints
 */
export function ownTable(root, opener, onPoints) {
  const dialog = /** @type {HTMLDialogElement} */ (root);
  const text = /** @type {HTMLTextAreaElement} */ ($("[data-own-text]", dialog));
  const file = /** @type {HTMLInputElement} */ ($("[data-own-file]", dialog));
  const warning = $("[data-own-warning]", dialog);
  const chooser = $("[data-own-columns]", dialog);
  /** @type {HTMLSelectElement[]} */
  let selects = [];
  let known = ""; // the text whose columns are offered
  opener.addEventListener("click", () => dialog.showModal());
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    file.value = "";
    if (chosen) text.value = await chosen.text();
  });

  /** Offer the columns of a table that has more than two. @param {string[]} names */
  const offer = (names) => {
    selects = [0, 1].map((number) => h("select", { class: "field short", "aria-label": t("Column for axis {number}", { number: number + 1 }) }, ...names.map((name, i) => h("option", { value: i, selected: i === number }, name))));
    const pca = h("option", { value: "pca" }, t("PCA of all"));
    selects[0]?.append(pca);
    chooser.replaceChildren(h("span", { class: "label" }, t("Use")), ...selects);
    chooser.hidden = names.length <= 2;
  };
  const columns = () => {
    if (chooser.hidden || known !== text.value) return null;
    if (selects[0]?.value === "pca") return "pca";
    return selects.map((select) => Number(select.value));
  };
  const query = newest({
    ask: (/** @type {{text: string, columns: string | number[] | null}} */ table, signal) => post("/api/mlp/table", table, signal),
    show: (answer, asked) => {
      if (known !== asked.text) {
        known = asked.text;
        offer(answer.names);
        // More than two columns: first the choice, then the points.
        if (answer.names.length > 2) {
          warning.textContent = t("{count} columns. Choose two of them, or PCA, and press again.", { count: answer.names.length });
          return;
        }
      }
      onPoints(answer.points, answer.axes.join("|").slice(0, 200));
      dialog.close();
    },
    fail: (error) => {
      if (!(error instanceof ApiError)) throw error;
      warning.textContent = error.message;
    },
  });
  dialog.addEventListener("close", () => query.drop()); // whoever closes it wants no points of it
  $("[data-own-use]", dialog).addEventListener("click", () => {
    warning.textContent = "";
    query.want({ text: text.value, columns: columns() });
  });
}
