/** The worst test digits of one network, with its probabilities for them. */

import { $, context2d, h, token } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { press } from "../../parts/choice_buttons.js";
import { firstNats } from "./measured.js";

/** @typedef {import("./measured.js").Live} Live */
/**
 * @typedef {object} Digit
 * @property {Uint8Array} pixels 0 to 16
 * @property {number} label
 * @property {number[]} q
 * @property {number} loss in nats
 * @property {number} entropy of q
 */

const SIDE = 8;
const SIZE = 72; // CSS pixels

/** @param {Live} live @param {string} look of which loss's network */
export function showWorst(live, look) {
  const trained = look === "squared" ? "brier" : "cross-entropy";
  const digits = digitsOf(live, trained);
  $("[data-worst]").replaceChildren(...digits.map(itemOf));
  const mean = digits.reduce((sum, { loss }) => sum + loss, 0) / digits.length;
  $("[data-worst-said]").textContent = t(
    "The cross-entropy of these ten is {mean} nats on average; of all {tested} test digits it is {all}.",
    {
      mean: number(mean, 2),
      tested: live.header.tested,
      all: number(firstNats(live, trained), 3),
    },
  );
  press("look", look);
}

/** @param {Live} live @param {import("./measured.js").Loss} which @returns {Digit[]} */
function digitsOf({ rows }, which) {
  const [pictures, probabilities] = [rows.pictures[which], rows.probabilities[which]];
  return Array.from(rows.labels[which], (label, i) => ({
    pixels: pictures.subarray(64 * i, 64 * i + 64),
    label,
    q: [...probabilities.subarray(10 * i, 10 * i + 10)],
    loss: rows.losses[which][i] ?? NaN,
    entropy: rows.entropies[which][i] ?? NaN,
  }));
}

/** @param {Digit} digit */
function itemOf({ pixels, label, q, loss, entropy }) {
  const guess = q.indexOf(Math.max(...q));
  const canvas = h("canvas", { role: "img", "aria-label": t("a picture of a {digit}", { digit: label }) });
  paint(canvas, pixels);
  const right = (/** @type {number} */ i) => ({ class: i === label ? "true" : null });
  const bars = q.map((share, i) => {
    const bar = h("i", right(i));
    bar.style.height = `${100 * share}%`;
    return bar;
  });
  const ticks = q.map((_, i) => h("span", right(i), i));
  const taken = { label, guess, share: number(q[guess] ?? 0, 3) };
  const cost = { loss: number(loss, 2), entropy: number(entropy, 2) };
  return h(
    "li",
    {},
    canvas,
    h("div", { class: "shares", "aria-hidden": "true" }, ...bars),
    h("div", { class: "ticks", "aria-hidden": "true" }, ...ticks),
    h("p", {}, t("is {label}, taken for {guess} ({share})", taken)),
    h("p", {}, t("loss {loss} nats, H(q) {entropy}", cost)),
  );
}

/** @param {HTMLCanvasElement} canvas @param {Uint8Array} pixels 0 to 16 */
function paint(canvas, pixels) {
  const context = context2d(canvas, SIZE, SIZE);
  const step = SIZE / SIDE;
  context.fillStyle = token("--case");
  context.fillRect(0, 0, SIZE, SIZE);
  context.fillStyle = token("--ink");
  pixels.forEach((value, i) => {
    context.globalAlpha = value / 16;
    context.fillRect((i % SIDE) * step, Math.floor(i / SIDE) * step, step, step);
  });
}
