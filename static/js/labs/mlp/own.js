/** The visitor's own points: painted by finger, or from a table with labels. */

import { $ } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { axesText, columnChooser, labelsText, ownTable } from "../../parts/own_table.js";
import { decodeRows, encodeRows, MAX_ROWS, TEST, TRAIN } from "../../math/points.js";

const APART = 0.05; // between two painted points
const ERASER = 0.09;
const TEST_EVERY = 4; // each fourth painted point is kept for testing

/** @typedef {import("../../math/points.js").Row} Row */

/**
 * @param {{state: import("../../core/state.js").State, pointsNow: () => any, onChange: () => void}} options
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
    if (rows.filter((row) => row.role === TRAIN).length < 2) return;
    const drawn = state.values.data !== "own" && { axes: "", labels: "", reading: "" };
    state.set({ data: "own", points: encodeRows(rows), ...drawn });
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
  $("[data-paint-clear]").addEventListener("click", () =>
    keep([
      { a: -0.8, b: 0, label: 0, role: TRAIN },
      { a: 0.8, b: 0, label: 1, role: TRAIN },
    ]),
  );

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
      else if (rows.length < MAX_ROWS)
        keep([
          ...rows,
          { a: x, b: y, label: brush, role: rows.length % TEST_EVERY === TEST_EVERY - 1 ? TEST : TRAIN },
        ]);
    },
  };
}

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
      const [a = 0, b = 1] = numbers.map(({ value }) => value).filter((value) => value !== named);
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
          columns: isPca() ? "pca" : numbers.length > 1 ? pair() : null,
          label: Number(label.select.value),
        }),
      };
    },
    onPoints: ({ points, axes, units, labels, reading }) =>
      onPoints({ points, axes: axesText(axes, units), labels: labelsText(labels), reading }),
  });
}
