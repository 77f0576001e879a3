/** Softmax with its slope and its naive twin. */

import { $, h } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import * as info from "../../math/information.js";
import { bars } from "../../views/bars.js";
import { slider } from "./slider.js";
import { infinite, NAMES, digitsFor } from "./words.js";
import { SIGN, VARIANTS } from "../../views/marks.js";

/** @typedef {import("../../core/state.js").State} State */
/**
 * @typedef {object} Worked the softmax of some logits, against a target
 * @property {number[]} z with what is added to all of them
 * @property {number[]} y
 * @property {number} right class
 * @property {number} temperature
 * @property {number[]} q
 * @property {number[]} slope of the loss by each logit
 * @property {number} loss
 */

/** The page's own logits. @param {Record<string, any>} values */
const logitsOf = (values) => info.decode(values.z, -10, 10) ?? [0, 0];

/** @param {Record<string, any>} values @returns {Worked} */
function workedOf(values) {
  const z = logitsOf(values).map((v) => v + values.shift);
  const temperature = values.t;
  const right = Math.min(values.target, z.length - 1);
  const y = info.smoothed(right, z.length, values.smoothing);
  return {
    z,
    y,
    right,
    temperature,
    q: info.softmax(z, temperature),
    slope: info.slopeOfLogits(z, y, temperature),
    loss: info.lossOfLogits(z, y, temperature),
  };
}

export class SoftmaxPart {
  target = /** @type {HTMLSelectElement} */ ($("[data-target]"));
  probabilities = bars($("[data-softmax]"), {
    get label() {
      return t("Probability");
    },
    color: VARIANTS[1],
    range: [0, 1],
    names: NAMES,
    hatched: true,
  });
  slopes = bars($("[data-slopes]"), {
    get label() {
      return t("Gradient");
    },
    color: SIGN.positive,
    range: [-1, 1],
    names: NAMES,
  });

  /** @param {State} state */
  constructor(state) {
    this.state = state;
    this.logits = bars($("[data-logits]"), {
      get label() {
        return t("Logit");
      },
      color: SIGN.positive,
      range: [-10, 10],
      step: 0.1,
      names: NAMES,
      onDrag: (i, value) =>
        state.set({ z: info.encode(logitsOf(state.values).map((v, j) => (j === i ? value : v))) }),
    });
    this.target.addEventListener("change", () => state.set({ target: Number(this.target.value) }));
    this.sliders = [
      slider(state, "temperature", {
        key: "t",
        digits: 2,
        toState: (v) => Number((10 ** v).toPrecision(3)),
        toSlider: Math.log10,
      }),
      slider(state, "shift", { digits: 0 }),
      slider(state, "smoothing", { digits: 2 }),
    ];
  }

  draw() {
    const worked = workedOf(this.state.values);
    for (const show of this.sliders) show();
    this.showTarget(worked);
    this.showBars(worked);
    $("[data-softmax-said]").textContent = sentenceOf(worked);
    $("[data-naive]").replaceChildren(...tableOf(worked));
    $("[data-live-slope]").textContent = sayRightSlope(worked);
  }

  /** @param {Worked} worked */
  showTarget({ z, right }) {
    if (this.target.options.length !== z.length)
      this.target.replaceChildren(...z.map((_, i) => h("option", { value: i }, NAMES[i] ?? "")));
    this.target.value = String(right);
  }

  /** @param {Worked} worked */
  showBars({ y, q, slope, right }) {
    const digits = digitsFor(q.length);
    const own = logitsOf(this.state.values);
    this.logits.update(own.map((value, i) => ({ value, text: number(value, 1), marked: i === right })));
    this.probabilities.update(
      q.map((value, i) => ({
        value,
        text: number(value, digits),
        marked: i === right,
        spoken: t("{q}, target {y}", { q: number(value, 3), y: number(y[i] ?? 0, 2) }),
      })),
      [{ name: t("target y"), texts: y.map((v) => number(v, 2)) }],
    );
    this.slopes.update(
      slope.map((value, i) => ({
        value: Math.max(-1, Math.min(1, value)),
        text: toldSlope(value, digits),
        marked: i === right,
      })),
    );
  }
}

/**
 * Few decimals: many bars, where up and down must do for the plus.
 * @param {number} value
 * @param {number} digits
 */
const toldSlope = (value, digits) =>
  (value > 0 && digits > 2 ? "+" : "") + number(value, Math.abs(value) < 10 ? digits : digits - 1);

/** @param {Worked} worked */
function sentenceOf(worked) {
  const { slope, right, loss, q } = worked;
  return sentences([
    t("The probabilities sum to {sum}.", {
      sum: number(
        q.reduce((sum, share) => sum + share, 0),
        3,
      ),
    }),
    t(
      "Cross-entropy {loss} nats. A step against the gradient raises the logit of {name} in proportion to {up} and lowers the others by as much together.",
      { loss: number(loss, 3), name: NAMES[right] ?? "", up: number(-(slope[right] ?? 0), 3) },
    ),
    ...sayNaive(worked),
    slope.some((v) => Math.abs(v) > 1) ? t("The bars are cut at ±1; the numbers are exact.") : "",
  ]);
}

/** The right class's slope, from its numbers. @param {Worked} worked */
function sayRightSlope({ q, y, slope, right, temperature }) {
  const [own, share, wanted] = [slope, q, y].map((row) => number(row[right] ?? 0, 3));
  return `${own} = (${share} − ${wanted}) / ${number(temperature, 2)}`;
}

/**
 * What goes wrong in the naive softmax, and why; nothing if all goes well.
 * @param {Worked} worked
 */
function sayNaive({ z, y, temperature }) {
  const trouble = info.naiveTrouble(z, y, temperature);
  if (!trouble) return [];
  const words = [];
  const naive = info.naiveSoftmax(z, temperature);
  const zero = y.flatMap((share, i) => (share > 0 && naive[i] === 0 ? [NAMES[i] ?? ""] : [])).join(t(", "));
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

/** Both softmaxes, and their losses. @param {Worked} worked */
function tableOf({ z, y, q, temperature, loss }) {
  const names = [...z.map((_, i) => NAMES[i] ?? ""), t("cross-entropy")];
  const safe = [...q, loss];
  const naive = [...info.naiveSoftmax(z, temperature), info.naiveLoss(z, y, temperature)];
  const heads = [t("safe: log-sum-exp"), t("naive: exp / sum")];
  const lines = names.map((name, i) => {
    const cells = [safe, naive].map((values) => h("td", {}, toldNaive(values[i] ?? NaN)));
    return h("tr", {}, h("th", { scope: "row" }, name), ...cells);
  });
  return [
    h("thead", {}, h("tr", {}, h("td"), ...heads.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, ...lines),
  ];
}

/** @param {number} value */
const toldNaive = (value) =>
  Number.isNaN(value) ? t("not a number") : Number.isFinite(value) ? number(value, 4) : infinite();

/** The softmax as a file tells it. @param {Record<string, any>} values */
export function softmaxOf(values) {
  const logits = logitsOf(values);
  const target = Math.min(values.target, logits.length - 1);
  return {
    logits,
    added: values.shift,
    temperature: values.t,
    smoothing: values.smoothing,
    target,
    targets: info.smoothed(target, logits.length, values.smoothing),
    probabilities: info.softmax(logits, values.t),
  };
}
