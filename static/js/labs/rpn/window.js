/**
 * The head at the chosen place, multiplied by hand: a 3 x 3 window times a filter, then the vector times a
 * row of a 1 x 1 convolution. The sums are made here, from the numbers that the server sends, and stand
 * beside what the network's own convolutions gave.
 */

import { postForFrame } from "../../core/api.js";
import { $, h } from "../../core/dom.js";
import { number, onLanguage, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { strip } from "../../views/strip.js";
import { channelSums, dot, greatest, terms } from "./by_hand.js";
import { page, state } from "./page.js";

/** @typedef {import("./by_hand.js").Numbers} Numbers */
/**
 * @typedef {object} Place the arrays of models/detection/place.py
 * @property {Numbers} window [C, 3, 3]
 * @property {Numbers} biases [D]
 * @property {Numbers} convolved [D] before ReLU
 * @property {Numbers} rows [O, D]
 * @property {Numbers} row_biases [O]
 * @property {Numbers} outputs [O]
 */

const NINE = 9;
const MOST_TERMS = 4; // that are written out

/** @param {(error: unknown) => void} fail */
export function windowByHand(fail) {
  const root = $("[data-view-of=window]");
  /** @type {{place: Place | null, weights: Numbers | null, unit: number}} */
  const known = { place: null, weights: null, unit: -1 };
  const parts = partsOf(root);

  const place = newest({
    ask: (asked, signal) => postForFrame("/api/rpn/place", asked, signal),
    show: ({ arrays }) => {
      known.place = /** @type {any} */ (arrays);
      want();
    },
    fail,
    follow: true,
  });
  const filter = newest({
    ask: (asked, signal) => postForFrame("/api/rpn/filter", asked, signal),
    show: ({ arrays }, { unit }) => {
      Object.assign(known, { weights: arrays.filter, unit });
      draw();
    },
    fail,
    follow: true,
  });

  /** Ask for what the page is about, where it is on show. */
  function want() {
    const { tab, row, column } = state.values;
    const ours = page.asked.model === "vitrine" || page.asked.model === "untrained";
    $("[data-hand-none]", root).hidden = ours || !page.output;
    $("[data-hand]", root).hidden = !ours || !page.output;
    if (tab !== "window" || !page.output || !page.photo || !ours || row < 0) return;
    const { model, input_size } = page.asked;
    place.want({ image_id: page.photo.id, model, input_size, row, column });
    if (known.place) filter.want({ model, unit: unitOf(known.place) });
    draw();
  }

  function draw() {
    const { place: here, weights, unit } = known;
    if (!here || !weights || state.values.tab !== "window") return;
    drawWindow(parts, here, weights, unit);
    drawVector(parts, here, unit);
  }

  onLanguage(() => {
    parts.choose.replaceChildren();
    draw();
  });
  return { want };
}

/** @typedef {ReturnType<typeof partsOf>} Parts */
/** What is drawn into. @param {HTMLElement} root */
function partsOf(root) {
  const choose = /** @type {HTMLSelectElement} */ ($("[data-hand-choice]", root));
  choose.addEventListener("change", () => state.set({ output: Number(choose.value) }));
  return {
    root,
    choose,
    channels: strip($("[data-hand-channels]", root), { onChoose: (plane) => state.set({ plane }) }),
    hidden: strip($("[data-hand-units]", root), { onChoose: (unit) => state.set({ unit }) }),
  };
}

/** The first layer. @param {Parts} parts @param {Place} here @param {Numbers} weights @param {number} unit */
function drawWindow({ root, channels }, here, weights, unit) {
  const sums = channelSums(here.window, weights);
  const plane = state.values.plane >= 0 ? state.values.plane : greatest(sums);
  const at = plane * NINE;
  const [values, factors] = [here.window.slice(at, at + NINE), weights.slice(at, at + NINE)];
  $("[data-hand-plane]", root).textContent = t("Channel {channel} of {count}", {
    channel: plane + 1,
    count: sums.length,
  });
  $("[data-hand-nine]", root).replaceChildren(
    nine(values, t("window")),
    h("span", {}, "·"),
    nine(factors, t("filter {unit}", { unit: unit + 1 })),
    h("span", {}, `= ${number(sums[plane] ?? 0, 3)}`),
  );
  const total = sums.reduce((sum, x) => sum + x, 0);
  const bias = here.biases[unit] ?? 0;
  channels.update({
    values: sums,
    chosen: plane,
    summary: t("What each of the {count} channels adds", { count: sums.length }),
  });
  $("[data-hand-sum]", root).textContent = sentences([
    t("All {count} channels: {sum}; with the bias {bias}: {total}.", {
      count: sums.length,
      sum: number(total, 3),
      bias: number(bias, 3),
      total: number(total + bias, 3),
    }),
    t("The 3 × 3 convolution gave {value} here.", { value: number(here.convolved[unit] ?? 0, 3) }),
  ]);
}

/** The two layers after it. @param {Parts} parts @param {Place} here @param {number} unit */
function drawVector({ root, hidden, choose }, here, unit) {
  const vector = Array.from(here.convolved, (x) => Math.max(x, 0));
  const count = here.outputs.length;
  const output = Math.min(Math.max(state.values.output, 0), count - 1);
  fillOutputs(choose, count, output);
  const row = here.rows.slice(output * vector.length, (output + 1) * vector.length);
  const bias = here.row_biases[output] ?? 0;
  hidden.update({
    values: vector,
    chosen: unit,
    summary: t("The {count} numbers of this place after ReLU", { count: vector.length }),
  });
  const largest = terms(vector, row, MOST_TERMS).map(
    ({ i, a, b }) => `h${subscript(i + 1)} ${number(a, 2)} · ${number(b, 3)}`,
  );
  $("[data-hand-terms]", root).textContent = t("The largest of {count} products: {list}.", {
    count: vector.length,
    list: largest.join(t(", ")),
  });
  $("[data-hand-output]", root).textContent = sentences([
    t("All of them with the bias {bias}: {total}.", {
      bias: number(bias, 3),
      total: number(dot(vector, row) + bias, 3),
    }),
    t("The 1 × 1 convolution gave {value} here.", { value: number(here.outputs[output] ?? 0, 3) }),
  ]);
}

/** @param {HTMLSelectElement} choose @param {number} count @param {number} output */
function fillOutputs(choose, count, output) {
  if (choose.options.length !== count) {
    const names = Array.from({ length: count }, (_, i) => nameOf(i, count));
    choose.replaceChildren(...names.map((name, i) => h("option", { value: i }, name)));
  }
  choose.value = String(output);
}

/** The filter that is chosen, or the one whose number is greatest here. @param {Place} here */
const unitOf = ({ convolved }) =>
  state.values.unit >= 0 ? state.values.unit : greatest(Array.from(convolved, (x) => Math.max(x, 0)));

/** Of 2k scores, then 4k deltas. @param {number} i @param {number} count */
function nameOf(i, count) {
  const scores = count / 3;
  if (i < scores) return t("anchor {name}: score s{which}", { name: (i >> 1) + 1, which: subscript(i % 2) });
  const delta = i - scores;
  return t("anchor {name}: delta t{which}", { name: (delta >> 2) + 1, which: "xywh"[delta % 4] ?? "" });
}

/** @param {number} value */
const subscript = (value) =>
  String(value).replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)));

/** @param {ArrayLike<number>} values @param {string} name */
function nine(values, name) {
  const rows = [0, 1, 2].map((row) =>
    h("tr", {}, ...[0, 1, 2].map((column) => h("td", {}, number(values[3 * row + column] ?? 0, 2)))),
  );
  return h("table", { class: "nine" }, h("caption", {}, name), h("tbody", {}, ...rows));
}
