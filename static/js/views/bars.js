/** Bars that are dragged: a distribution's shares, or logits above and below a line. Each is a slider. */

import { filledList, h } from "../core/dom.js";
import { viewLife } from "./life.js";

/**
 * @typedef {object} Bar
 * @property {number} value
 * @property {string} text the value, as it is read
 * @property {boolean} [marked] the chosen one
 * @property {string} [spoken] for a screen reader, with its terms in words
 */
/** @typedef {{name: string, texts: string[]}} TermRow under the bars: a visible name, and a text a bar */
/**
 * @typedef {object} BarOptions
 * @property {string} label of the group; a getter may tell it in the language of now
 * @property {string} color a token
 * @property {[number, number]} range
 * @property {string[]} names of the bars, from the first on
 * @property {number} [step] of an arrow key
 * @property {boolean} [hatched] a second look beside color
 * @property {(index: number, value: number) => void} [onDrag] none: the bars are only shown
 * @property {(index: number) => void} [onChoose]
 */

const STEP = 0.01; // of an arrow key, unless the options say another
const MANY = 7; // from here on the numbers need smaller type in a narrow place

/** A name on its own line, and below it a text under each bar. */
function termRow() {
  const name = h("div", { class: "vbar-term-name" });
  const texts = h("div", { class: "vbar-term" });
  const fillTexts = filledList(texts, () => {
    const cell = h("span");
    return { root: cell, fill: (/** @type {string} */ text) => (cell.textContent = text) };
  });
  /** @param {TermRow} row */
  const fill = (row) => {
    name.textContent = row.name;
    fillTexts(row.texts);
  };
  return { root: h("div", {}, name, texts), fill };
}

/** @typedef {{column: HTMLElement, track: HTMLElement, fill: HTMLElement, value: HTMLElement}} Column */

/**
 * @param {HTMLElement} root
 * @param {BarOptions} options
 */
export function bars(root, options) {
  const [low, high] = options.range;
  const life = viewLife();
  const look = `vbars${options.hatched ? " hatched" : ""}${low < 0 ? " signed" : ""}`;
  const group = h("div", { class: look, role: "group", "aria-label": options.label });
  group.style.setProperty("--bar", `var(${options.color})`);
  group.style.setProperty("--zero", `${100 * zeroOf(options)}%`);
  const terms = h("div", { class: "vbar-terms", "aria-hidden": "true" }); // a bar's spoken text has them
  const frame = h("div", { class: "vbar-frame" }, group, terms);
  root.append(frame);
  const fillTerms = filledList(terms, termRow);
  /** @type {Column[]} */
  const columns = [];
  /** @type {Bar[]} */
  let shown = [];

  /** @param {number} index */
  function make(index) {
    const column = columnOf(index, options);
    const { track } = column;
    if (!options.onDrag) return column;
    takePointer(life, track, index, options);
    life.on(track, "focus", () => options.onChoose?.(index));
    life.on(track, "keydown", (event) => {
      const next = valueAfter(event.key, shown[index]?.value ?? 0, options);
      if (next === undefined) return;
      event.preventDefault();
      options.onDrag?.(index, Math.min(Math.max(next, low), high));
    });
    return column;
  }

  life.onLanguage(() => {
    group.setAttribute("aria-label", options.label);
    columns.forEach((column, i) => nameColumn(column, i, options));
  });

  return {
    /** @param {Bar[]} next @param {TermRow[]} [rows] */
    update(next, rows = []) {
      frame.classList.toggle("many", next.length >= MANY);
      fillTerms(rows);
      while (columns.length > next.length) columns.pop()?.column.remove();
      while (columns.length < next.length) {
        const made = make(columns.length);
        columns.push(made);
        group.append(made.column);
      }
      shown = next;
      columns.forEach((column, i) => fillColumn(column, /** @type {Bar} */ (next[i]), i, options));
    },
    destroy() {
      life.end();
      frame.remove();
    },
  };
}

/** Where zero is in the range, in [0, 1]. @param {BarOptions} options */
const zeroOf = ({ range: [low, high] }) => -low / (high - low);

/** @param {BarOptions} options @param {number} index */
const nameOf = ({ names }, index) => names[index] ?? String(index + 1);

/** @param {number} index @param {BarOptions} options @returns {Column} */
function columnOf(index, options) {
  const name = nameOf(options, index);
  const fill = h("i");
  const slider = {
    class: "vbar",
    role: "slider",
    tabindex: 0,
    "aria-orientation": "vertical",
    "aria-valuemin": options.range[0],
    "aria-valuemax": options.range[1],
  };
  const track = h("div", options.onDrag ? slider : { class: "vbar still", role: "img" }, fill);
  const value = h("span", { class: "vbar-value" });
  const column = h("div", { class: "vbar-column" }, value, track, h("b", { "aria-hidden": "true" }, name));
  const made = { column, track, fill, value };
  nameColumn(made, index, options);
  return made;
}

/**
 * Name a slider; a bar that is only shown is named with its value.
 * @param {Column} column
 * @param {number} index
 * @param {BarOptions} options
 */
function nameColumn({ track }, index, options) {
  if (options.onDrag) track.setAttribute("aria-label", `${options.label} ${nameOf(options, index)}`);
}

/** @param {Column} made @param {Bar} bar @param {number} index @param {BarOptions} options */
function fillColumn({ column, track, fill, value }, bar, index, options) {
  const [low, high] = options.range;
  const zero = zeroOf(options);
  const at = Math.min(Math.max((bar.value - low) / (high - low), 0), 1);
  fill.style.bottom = `${100 * Math.min(at, zero)}%`;
  fill.style.height = `${100 * Math.abs(at - zero)}%`;
  fill.classList.toggle("below", bar.value < 0);
  value.textContent = bar.text;
  column.classList.toggle("marked", Boolean(bar.marked));
  const spoken = bar.spoken ?? bar.text;
  if (options.onDrag) {
    track.setAttribute("aria-valuenow", String(Number(bar.value.toFixed(4))));
    track.setAttribute("aria-valuetext", spoken);
  } else track.setAttribute("aria-label", `${options.label} ${nameOf(options, index)}: ${spoken}`);
}

/**
 * @param {import("./life.js").Life} life
 * @param {HTMLElement} track
 * @param {number} index
 * @param {BarOptions} options
 */
function takePointer(life, track, index, { range: [low, high], step = STEP, onDrag, onChoose }) {
  const follow = (/** @type {PointerEvent} */ event) => {
    const box = track.getBoundingClientRect();
    const share = 1 - (event.clientY - box.top) / box.height;
    const value = low + Math.min(Math.max(share, 0), 1) * (high - low);
    onDrag?.(index, Math.round(value / step) * step);
  };
  life.on(track, "pointerdown", (event) => {
    if (event.button !== 0) return;
    track.setPointerCapture(event.pointerId);
    onChoose?.(index);
    follow(event);
  });
  life.on(track, "pointermove", (event) => {
    if (track.hasPointerCapture(event.pointerId)) follow(event);
  });
}

/**
 * A bar's value after a key of a slider; undefined for any other key.
 * @param {string} key
 * @param {number} now
 * @param {BarOptions} options
 * @returns {number | undefined}
 */
function valueAfter(key, now, { range: [low, high], step = STEP }) {
  return {
    ArrowUp: now + step,
    ArrowRight: now + step,
    ArrowDown: now - step,
    ArrowLeft: now - step,
    PageUp: now + 10 * step,
    PageDown: now - 10 * step,
    Home: low,
    End: high,
  }[key];
}
