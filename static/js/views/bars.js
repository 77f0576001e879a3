/** Bars that are dragged: a distribution's shares, or logits above and below a line. Each is a slider. */

import { filledList, h } from "../core/dom.js";

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
 * @property {string} label of the group
 * @property {string} color a token
 * @property {[number, number]} range
 * @property {string[]} names of the bars, from the first on
 * @property {number} [step] of an arrow key
 * @property {boolean} [hatched] a second look beside color
 * @property {(index: number, value: number) => void} [onDrag] none: the bars are only shown
 * @property {(index: number) => void} [onChoose]
 */

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

/**
 * @param {HTMLElement} root
 * @param {BarOptions} options
 */
export function bars(root, options) {
  const {
    range: [low, high],
    step = 0.01,
    onDrag,
    onChoose,
  } = options;
  const group = h("div", {
    class: `vbars${options.hatched ? " hatched" : ""}${low < 0 ? " signed" : ""}`,
    role: "group",
    "aria-label": options.label,
  });
  group.style.setProperty("--bar", `var(${options.color})`);
  const zero = -low / (high - low);
  group.style.setProperty("--zero", `${100 * zero}%`);
  const terms = h("div", { class: "vbar-terms", "aria-hidden": "true" }); // a bar's spoken text has them
  const frame = h("div", { class: "vbar-frame" }, group, terms);
  root.append(frame);
  const fillTerms = filledList(terms, termRow);
  /** @type {{column: HTMLElement, track: HTMLElement, fill: HTMLElement, value: HTMLElement}[]} */
  let columns = [];
  /** @type {Bar[]} */
  let shown = [];

  /** @param {number} index */
  function make(index) {
    const name = options.names[index] ?? String(index + 1);
    const fill = h("i");
    const track = onDrag
      ? h(
          "div",
          {
            class: "vbar",
            role: "slider",
            tabindex: 0,
            "aria-label": `${options.label} ${name}`,
            "aria-orientation": "vertical",
            "aria-valuemin": low,
            "aria-valuemax": high,
          },
          fill,
        )
      : h("div", { class: "vbar still", role: "img" }, fill);
    const value = h("span", { class: "vbar-value" });
    const column = h("div", { class: "vbar-column" }, value, track, h("b", { "aria-hidden": "true" }, name));
    if (onDrag) wire(track, index);
    return { column, track, fill, value };
  }

  /** @param {HTMLElement} track @param {number} index */
  function wire(track, index) {
    const follow = (/** @type {PointerEvent} */ event) => {
      const box = track.getBoundingClientRect();
      const share = 1 - (event.clientY - box.top) / box.height;
      const value = low + Math.min(Math.max(share, 0), 1) * (high - low);
      onDrag?.(index, Math.round(value / step) * step);
    };
    track.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      track.setPointerCapture(event.pointerId);
      onChoose?.(index);
      follow(event);
    });
    track.addEventListener("pointermove", (event) => {
      if (track.hasPointerCapture(event.pointerId)) follow(event);
    });
    track.addEventListener("focus", () => onChoose?.(index));
    track.addEventListener("keydown", (event) => {
      const now = shown[index]?.value ?? 0;
      /** @type {Record<string, number>} */
      const moves = {
        ArrowUp: now + step,
        ArrowRight: now + step,
        ArrowDown: now - step,
        ArrowLeft: now - step,
        PageUp: now + 10 * step,
        PageDown: now - 10 * step,
        Home: low,
        End: high,
      };
      const next = moves[event.key];
      if (next === undefined) return;
      event.preventDefault();
      onDrag?.(index, Math.min(Math.max(next, low), high));
    });
  }

  return {
    /** @param {Bar[]} next @param {TermRow[]} [rows] */
    update(next, rows = []) {
      frame.classList.toggle("many", next.length >= MANY);
      fillTerms(rows);
      if (next.length !== columns.length) {
        while (columns.length > next.length) columns.pop()?.column.remove();
        while (columns.length < next.length) {
          const made = make(columns.length);
          columns.push(made);
          group.append(made.column);
        }
      }
      shown = next;
      next.forEach((bar, i) => {
        const column = columns[i];
        if (!column) return;
        const at = Math.min(Math.max((bar.value - low) / (high - low), 0), 1);
        column.fill.style.bottom = `${100 * Math.min(at, zero)}%`;
        column.fill.style.height = `${100 * Math.abs(at - zero)}%`;
        column.fill.classList.toggle("below", bar.value < 0);
        column.value.textContent = bar.text;
        column.column.classList.toggle("marked", Boolean(bar.marked));
        const spoken = bar.spoken ?? bar.text;
        if (onDrag) {
          column.track.setAttribute("aria-valuenow", String(Number(bar.value.toFixed(4))));
          column.track.setAttribute("aria-valuetext", spoken);
        } else
          column.track.setAttribute("aria-label", `${options.label} ${options.names[i] ?? i + 1}: ${spoken}`);
      });
    },
    destroy: () => frame.remove(),
  };
}
