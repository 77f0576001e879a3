/** Softmax with its slope and its naive twin, and one logit under two losses. */

import { $, h } from "../../core/dom.js";
import * as info from "../../math/information.js";
import { number, sentences, t } from "../../core/i18n.js";
import { bars } from "../../views/bars.js";
import { chart } from "../../views/chart.js";
import { INFINITE, NAMES, digitsFor } from "./words.js";

const PLACES = Array.from({ length: 201 }, (_, i) => (i - 100) / 10);
const both = [info.binaryCrossEntropy, info.binarySquared].map((loss) => PLACES.map(loss));
const columnsOf = (/** @type {"loss" | "slope"} */ what) => [
  PLACES,
  ...both.map((row) => row.map((v) => v[what])),
];
const [LOSSES, SLOPES] = [columnsOf("loss"), columnsOf("slope")];
const LINES = [
  { name: t("cross-entropy"), color: "--role-train", digits: 5 },
  { name: t("squared error"), color: "--role-test", dash: [6, 4], digits: 5 },
];

/** @param {number} value a small number is told by its power of ten */
const fine = (value) =>
  value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential(1).replaceAll("-", "−") : number(value, 4);

/**
 * Few decimals: many bars, where up and down must do for the plus.
 * @param {number} value
 * @param {number} digits
 */
const toldSlope = (value, digits) =>
  (value > 0 && digits > 2 ? "+" : "") + number(value, Math.abs(value) < 10 ? digits : digits - 1);

/** @param {number} value */
const toldNaive = (value) =>
  Number.isNaN(value) ? t("not a number") : Number.isFinite(value) ? number(value, 4) : INFINITE;

/**
 * What goes wrong in the naive softmax, and why; nothing if all goes well.
 * @param {number[]} z
 * @param {number[]} y
 * @param {number} temperature
 */
function sayNaive(z, y, temperature) {
  const trouble = info.naiveTrouble(z, y, temperature);
  if (!trouble) return [];
  const words = [];
  const naive = info.naiveSoftmax(z, temperature);
  const zero = y.flatMap((share, i) => (share > 0 && naive[i] === 0 ? [NAMES[i] ?? ""] : [])).join(", ");
  if (trouble === "overflow")
    words.push(
      t(
        "The naive softmax breaks: an exponential is larger than any number a computer keeps, and infinity divided by infinity is not a number.",
      ),
    );
  if (trouble === "vanished")
    words.push(
      t(
        "The naive softmax breaks: all exponentials are too small for a computer to keep, and 0 divided by 0 is not a number.",
      ),
    );
  if (trouble === "overflow" && info.naiveLoss(z, y, temperature) === Infinity)
    words.push(
      t("Divided by infinity, {names} gets 0, and −log 0 is infinite: so is the naive loss.", {
        names: zero,
      }),
    );
  if (trouble === "underflow")
    words.push(
      t(
        "The naive loss is infinite: the exponential of {names} is too small for a computer to keep and becomes 0, and −log 0 is infinite.",
        { names: zero },
      ),
    );
  return [...words, t("The safe one takes the greatest logit out first.")];
}

/** @param {import("../../core/state.js").State} state @returns {() => void} draws both parts */
export function logitParts(state) {
  const row = () => info.decode(state.values.z, -10, 10) ?? [0, 0];
  const logitBars = bars($("[data-logits]"), {
    label: t("Logit"),
    color: "--positive-sign",
    range: [-10, 10],
    step: 0.1,
    names: NAMES,
    onDrag: (i, value) => state.set({ z: info.encode(row().map((v, j) => (j === i ? value : v))) }),
  });
  const probabilities = bars($("[data-softmax]"), {
    label: t("Probability"),
    color: "--class-point-1",
    range: [0, 1],
    names: NAMES,
    hatched: true,
  });
  const slopes = bars($("[data-slopes]"), {
    label: t("Gradient"),
    color: "--positive-sign",
    range: [-1, 1],
    names: NAMES,
  });
  const target = /** @type {HTMLSelectElement} */ ($("[data-target]"));
  target.addEventListener("change", () => state.set({ target: Number(target.value) }));
  /**
   * @type {[string, string, (v: number) => number, (v: number) => number][]} slider, state, to state, to
   *   slider
   */
  const sliders = [
    ["temperature", "t", (v) => Number((10 ** v).toPrecision(3)), Math.log10],
    ["shift", "shift", (v) => v, (v) => v],
    ["smoothing", "smoothing", (v) => v, (v) => v],
    ["logit", "logit", (v) => v, (v) => v],
  ];
  const inputs = sliders.map(([name, key, toState, toSlider]) => {
    const input = /** @type {HTMLInputElement} */ ($(`[data-${name}]`));
    input.addEventListener("input", () => state.set({ [key]: toState(Number(input.value)) }));
    input.addEventListener("dblclick", () => state.set({ [key]: state.rules[key]?.default ?? 0 }));
    return () => {
      const value = state.values[key];
      if (toState(Number(input.value)) !== value) input.value = String(toSlider(value));
      $(`[data-${name}-said]`).textContent = number(value, key === "shift" ? 0 : key === "logit" ? 1 : 2);
      if (name === "temperature") input.setAttribute("aria-valuetext", number(value, 2));
    };
  });
  const lossChart = chart($("[data-binary-loss]"), {
    x: t("logit z"),
    y: t("loss"),
    height: 230,
    lines: LINES,
  });
  const slopeChart = chart($("[data-binary-slope]"), {
    x: t("logit z"),
    y: t("slope"),
    height: 230,
    lines: LINES,
  });

  function drawSoftmax() {
    const z = row().map((v) => v + state.values.shift);
    const temperature = state.values.t;
    const right = Math.min(state.values.target, z.length - 1);
    const y = info.smoothed(right, z.length, state.values.smoothing);
    const [q, naive] = [info.softmax(z, temperature), info.naiveSoftmax(z, temperature)];
    const slope = info.slopeOfLogits(z, y, temperature);
    const loss = info.lossOfLogits(z, y, temperature);
    if (target.options.length !== z.length)
      target.replaceChildren(...z.map((_, i) => h("option", { value: i }, NAMES[i] ?? "")));
    target.value = String(right);
    logitBars.update(row().map((value, i) => ({ value, text: number(value, 1), marked: i === right })));
    const digits = digitsFor(z.length);
    probabilities.update(
      q.map((value, i) => ({
        value,
        text: number(value, digits),
        marked: i === right,
        spoken: t("{q}, target {y}", { q: number(value, 3), y: number(y[i] ?? 0, 2) }),
      })),
      [{ name: t("target y"), texts: y.map((v) => number(v, 2)) }],
    );
    slopes.update(
      slope.map((value, i) => ({
        value: Math.max(-1, Math.min(1, value)),
        text: toldSlope(value, digits),
        marked: i === right,
      })),
    );
    const naiveLoss = info.naiveLoss(z, y, temperature);
    const words = [
      t(
        "Cross-entropy {loss} nats. The gradient pushes {name} up by {up} and the others down by as much together.",
        { loss: number(loss, 3), name: NAMES[right] ?? "", up: number(-(slope[right] ?? 0), 3) },
      ),
    ];
    words.push(...sayNaive(z, y, temperature));
    if (slope.some((v) => Math.abs(v) > 1))
      words.push(t("The bars of the gradient end at ±1; their numbers go on."));
    $("[data-softmax-said]").textContent = sentences(words);
    /** @param {string} name @param {number[]} values */
    const line = (name, values) =>
      h("tr", {}, h("th", { scope: "row" }, name), ...values.map((v) => h("td", {}, toldNaive(v))));
    $("[data-naive]").replaceChildren(
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("td"),
          ...z.map((_, i) => h("th", { scope: "col" }, NAMES[i] ?? "")),
          h("th", { scope: "col" }, t("cross-entropy")),
        ),
      ),
      h(
        "tbody",
        {},
        line(t("safe: log-sum-exp"), [...q, loss]),
        line(t("naive: exp / sum"), [...naive, naiveLoss]),
      ),
    );
    $("[data-live-slope]").textContent =
      `${number(slope[right] ?? 0, 3)} = (${number(q[right] ?? 0, 3)} − ${number(y[right] ?? 0, 3)}) / ${number(temperature, 2)}`;
  }

  function drawBinary() {
    const z = state.values.logit;
    const [log, square] = [info.binaryCrossEntropy(z), info.binarySquared(z)];
    const said = t(
      "The right class has logit {z}, so probability {share}. Cross-entropy {loss}, slope {slope}; squared error {square}, slope {flat}. The slope of cross-entropy is {times} times as steep.",
      {
        z: number(z, 1),
        share: fine(info.sigmoid(z)),
        loss: fine(log.loss),
        slope: fine(log.slope),
        square: fine(square.loss),
        flat: fine(square.slope),
        times: number(log.slope / square.slope, 1),
      },
    );
    lossChart.update({ columns: LOSSES, marker: z, here: { x: z, y: log.loss }, summary: said });
    slopeChart.update({ columns: SLOPES, marker: z, here: { x: z, y: log.slope }, summary: said });
    $("[data-binary-said]").textContent = said;
  }

  return () => {
    inputs.forEach((show) => show());
    drawSoftmax();
    drawBinary();
  };
}
