/**
 * The handle on a chart's marker: it is dragged anywhere on the plot, or moved by keys. Its line is an
 * element, too, so that the chart need not be painted for each place that it passes.
 */

import { $, h } from "../core/dom.js";
import { number } from "../core/i18n.js";

/** @typedef {import("../../vendor/uPlot.js")} UPlot */
/**
 * @typedef {object} Handle
 * @property {string} name for a screen reader
 * @property {number} step of the values, which reach over the chart's `xRange`
 * @property {(x: number) => void} onMove
 */

/** @type {Record<string, number>} steps that a key goes */
const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

/** @param {UPlot} plot @param {Handle} handle */
export function dragMarker(plot, { name, step, onMove }) {
  const { over } = plot;
  const knob = h("div", { class: "chart-handle", role: "slider", tabindex: 0, "aria-label": name });
  const [low, high] = rangeOf(plot);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  /** @param {number} x */
  const move = (x) => {
    const inside = Math.min(Math.max(x, low), high);
    onMove(Number((Math.round(inside / step) * step).toFixed(digits)));
  };
  const follow = (/** @type {PointerEvent} */ event) =>
    move(plot.posToVal(event.clientX - over.getBoundingClientRect().left, "x"));
  over.classList.add("draggable");
  over.append(h("i", { class: "chart-handle-line" }), knob);
  over.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    over.setPointerCapture(event.pointerId);
    knob.focus({ preventScroll: true });
    event.preventDefault(); // selects no text, and leaves the focus there
    follow(event);
  });
  over.addEventListener("pointermove", (event) => {
    if (over.hasPointerCapture(event.pointerId)) follow(event);
  });
  knob.addEventListener("keydown", (event) => {
    const by = KEYS[event.key];
    const end = { Home: low, End: high }[event.key];
    if (by === undefined && end === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move(end ?? Number(knob.ariaValueNow) + (by ?? 0) * step);
  });
}

/** @param {UPlot} plot @returns {[number, number]} */
const rangeOf = ({ scales }) => [scales.x?.min ?? 0, scales.x?.max ?? 1];

/**
 * Where the marker is.
 * @param {UPlot} plot
 * @param {import("./chart.js").Chart} state
 */
export function placeHandle(plot, { options, shown }) {
  if (!options.handle) return;
  const value = shown.marker ?? null;
  const [line, knob] = [$(".chart-handle-line", plot.over), $(".chart-handle", plot.over)];
  line.hidden = knob.hidden = value === null;
  if (value === null) return;
  const [low, high] = rangeOf(plot);
  line.style.translate = knob.style.translate = `${plot.valToPos(value, "x")}px`;
  Object.assign(knob, { ariaValueMin: String(low), ariaValueMax: String(high), ariaValueNow: String(value) });
  knob.ariaValueText = number(value);
}
