/** A unit and a perceptron as the weighted sums that they are, in their own numbers. No DOM here. */

import { number, t } from "../../core/i18n.js";
import { pieces } from "./layers.js";
import { unitName } from "./words.js";

/** @typedef {import("./layers.js").Mlp} Mlp */

const MOST = 6; // terms that are written out
const SMALL = "₀₁₂₃₄₅₆₇₈₉";
/** @type {Record<string, string>} */
const NAMES = { tanh: "tanh", relu: "ReLU", sigmoid: "σ", sign: "sign" };

const index = (/** @type {number} */ i) => [...String(i)].map((digit) => SMALL[Number(digit)]).join("");

/**
 * A sum of terms, each with its sign: "0.53 x₁ − 1.20 x₂ + 0.10".
 * @param {(readonly [number, string] | null)[]} terms factor, and what it multiplies ("": nothing);
 *   null: what is left out
 */
export function sumOf(terms) {
  return terms
    .map((term, i) => {
      if (!term) return " + …";
      const [factor, name] = term;
      const size = `${number(Math.abs(factor), 2)}${name && ` ${name}`}`;
      return i ? ` ${factor < 0 ? "−" : "+"} ${size}` : `${factor < 0 ? "−" : ""}${size}`;
    })
    .join("");
}

/**
 * What a unit computes of the layer before, or "" where BatchNorm stands between sum and activation.
 * @param {Mlp} frame
 * @param {{layer: number, unit: number}} unit the layer from 1
 * @param {Record<string, any>} values
 */
export function unitSentence(frame, { layer, unit }, { activation, batchnorm }) {
  const { arrays } = frame;
  const { layers } = frame.header;
  const inputs = layers[layer - 1] ?? 0;
  const units = layers[layer] ?? 0;
  const hidden = layer < layers.length - 1;
  if (unit >= units || (hidden && batchnorm !== "none")) return "";
  const weights = pieces(frame, "weights")[layer - 1] ?? [];
  const before = layers.slice(1, layer).reduce((sum, count) => sum + count, 0);
  const bias = arrays.biases[before + unit] ?? 0;
  const name = layer > 1 ? "a" : "x";
  const all = Array.from(
    { length: inputs },
    (_, i) => /** @type {const} */ ([weights[i * units + unit] ?? 0, `${name}${index(i + 1)}`]),
  );
  const sum = sumOf([...all.slice(0, MOST), ...(inputs > MOST ? [null] : []), [bias, ""]]);
  const bent = hidden ? (NAMES[activation] ?? "") : "";
  const whole = bent ? `${bent}(${sum})` : sum;
  return t("Here {unit} is {sum}.", { unit: unitName({ layer, unit }, layers), sum: whole });
}

/**
 * The perceptron's sum at a point, and its step.
 * @param {number[]} w two weights and the bias
 * @param {readonly [number, number] | null} point
 */
export function signSentence([a = 0, b = 0, c = 0], point) {
  if (!point) return "";
  const [x, y] = point;
  const value = a * x + b * y + c;
  const factor = (/** @type {number} */ v) => (v < 0 ? `· (${number(v, 2)})` : `· ${number(v, 2)}`);
  return t("w · x = {sum} = {value}: its sign, the output, is {sign}.", {
    sum: sumOf([
      [a, factor(x)],
      [b, factor(y)],
      [c, ""],
    ]),
    value: number(value, 2),
    sign: value === 0 ? "0" : value > 0 ? "+1" : "−1",
  });
}
