/** What names a chart's lines: one row of keys, and the values under the pointer or finger. */

import { context2d, h, token } from "../core/dom.js";
import { number } from "../core/i18n.js";
import { tick } from "../math/series.js";
import { keysBeside } from "./chart_guess.js";
import { isGap } from "./chart_marks.js";
import { drawPoint, outline } from "./shapes.js";

/** @typedef {import("./chart.js").Chart} Chart */
/** @typedef {import("./chart.js").Line} Line */
/** @typedef {import("../../vendor/uPlot.js")} UPlot */

const [WIDE, HIGH] = [26, 12]; // CSS pixels of a key's picture

/** A line as it is drawn, small. @param {Line} line */
function keyOf(line) {
  const canvas = h("canvas", { width: WIDE, height: HIGH, "aria-hidden": "true" });
  const context = context2d(canvas, WIDE, HIGH);
  const color = token(line.color);
  context.strokeStyle = color;
  context.lineWidth = Math.max(line.width ?? 2, 1.5);
  context.setLineDash(line.dash ?? []);
  context.beginPath();
  context.moveTo(0, HIGH / 2);
  context.lineTo(WIDE, HIGH / 2);
  if (line.width !== 0) context.stroke();
  context.setLineDash([]);
  const [x, reach] = [WIDE / 2, 3.6];
  const [fill, ground] = [line.hollow ? "hollow" : "full", token("--card")];
  if (line.shape) {
    const path = outline(line.shape, x, HIGH / 2, reach);
    drawPoint(context, path, {
      fill: /** @type {"hollow" | "full"} */ (fill),
      color,
      ground,
      width: 1.5,
      x,
      reach,
    });
  }
  return canvas;
}

/**
 * The row of keys of the lines that have values; a chart of one line needs none, its axis names it.
 * @param {HTMLElement} root
 * @param {Chart} state
 */
export function showKeys(root, state) {
  const { lines, data, guess, before } = state;
  const named = lines.filter(({ quiet }, i) => !quiet && data[i + 1]?.some((value) => !isGap(value)));
  const shown = lines.filter(({ quiet }) => !quiet).length > 1 ? named : [];
  const look = JSON.stringify([
    shown,
    token("--card"),
    guess?.open,
    Boolean(before),
    root.ownerDocument.documentElement.lang,
  ]);
  if (root.dataset.look === look) return;
  root.dataset.look = look;
  const keys = shown.map((line) => h("span", { class: "series" }, keyOf(line), line.name));
  root.replaceChildren(...keys, ...keysBeside(state));
}

/** @param {number} v */
const across = (v) =>
  Number.isInteger(v) ? number(v, 0) : Math.abs(v) < 0.01 ? tick(Number(v.toPrecision(3))) : number(v, 2);

/**
 * The values under the pointer, in a small table beside it; only what has one.
 * @param {UPlot} plot
 * @param {HTMLElement} tip
 * @param {Chart} state
 */
export function showValues(plot, tip, { options, lines, data }) {
  const index = plot.cursor.idx ?? null;
  const x = index === null ? null : data[0]?.[index];
  const rows = lines.flatMap((line, i) => {
    const value = index === null ? null : data[i + 1]?.[index];
    if (line.quiet || isGap(value)) return [];
    const name = h("span", { class: "series" }, keyOf(line), line.name);
    return [name, h("b", {}, number(value, line.digits ?? 0))];
  });
  tip.hidden = isGap(x) || !rows.length || (plot.cursor.left ?? -1) < 0;
  if (tip.hidden || isGap(x)) return;
  tip.replaceChildren(h("span", {}, options.x), h("b", {}, across(x)), ...rows);
  const left = plot.valToPos(x, "x");
  const right = left > plot.over.clientWidth / 2;
  tip.style.left = right ? "auto" : `${left + 12}px`;
  tip.style.right = right ? `${plot.over.clientWidth - left + 12}px` : "auto";
}
