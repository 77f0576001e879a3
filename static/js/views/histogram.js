/** Small histograms in a row, one a layer: of weights, of gradients. */

import { context2d, h, token } from "../core/dom.js";
import { number } from "../core/i18n.js";
import { viewLife } from "./life.js";
import { SIGN } from "./marks.js";

/** @typedef {{name: string, values: ArrayLike<number>}} Row */

const BINS = 24;
const HEIGHT = 56;

/**
 * Shares of values in bins that reach as far as the greatest absolute value on both sides.
 * @param {ArrayLike<number>} values
 */
function binned(values) {
  const finite = Array.from(values).filter(Number.isFinite);
  const reach = Math.max(1e-12, ...finite.map(Math.abs));
  const counts = new Array(BINS).fill(0);
  for (const v of finite) counts[Math.min(BINS - 1, Math.floor(((v + reach) / (2 * reach)) * BINS))] += 1;
  const most = Math.max(1, ...counts);
  return { reach, heights: counts.map((count) => count / most) };
}

/** @param {HTMLElement} root */
export function histograms(root) {
  const life = viewLife();
  const list = h("div", { class: "histograms" });
  root.append(list);
  /** @type {Row[]} */
  let rows = [];
  const paint = life.oncePerFrame(() => rows.forEach((row, i) => paintRow(list.children[i], row)));
  life.onTheme(paint);
  return {
    /** @param {Row[]} next */
    update(next) {
      rows = next;
      while (list.childElementCount > next.length) list.lastChild?.remove();
      while (list.childElementCount < next.length)
        list.append(h("figure", {}, h("canvas", { "aria-hidden": "true" }), h("figcaption")));
      paint();
    },
    destroy() {
      life.end();
      list.remove();
    },
  };
}

/** @param {Element | undefined} figure @param {Row} row */
function paintRow(figure, { name, values }) {
  const canvas = figure?.querySelector("canvas");
  const caption = figure?.querySelector("figcaption");
  if (!canvas || !caption) return;
  const { reach, heights } = binned(values);
  const width = canvas.clientWidth || 90;
  const context = context2d(canvas, width, HEIGHT);
  const bar = width / BINS;
  heights.forEach((height, b) => {
    context.fillStyle = token(b < BINS / 2 ? SIGN.negative : SIGN.positive);
    context.fillRect(b * bar + 0.5, HEIGHT - 1 - height * (HEIGHT - 6), bar - 1, height * (HEIGHT - 6));
  });
  context.fillStyle = token("--gray-2");
  context.fillRect(0, HEIGHT - 1, width, 1);
  context.fillRect(width / 2, 0, 1, HEIGHT);
  const told = reach < 0.01 ? reach.toExponential(0).replace("-", "−") : number(reach, 2);
  caption.textContent = `${name} ±${told}`;
}
