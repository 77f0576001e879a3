/** What the `cross-entropy` page says of two distributions. */

import { h } from "../../core/dom.js";
import * as info from "../../math/information.js";
import { number, sentences, t } from "../../core/i18n.js";
import { fillFigures } from "../../parts/figures.js";

export const NAMES = [..."ABCDEFGHIJ"];
export const infinite = () => t("infinite");

/** @param {number} nats @param {string} unit */
export const toUnit = (nats, unit) => (unit === "bits" ? nats / Math.LN2 : nats);

const ROUNDING = 1e-9; // p and q alike differ by less

/** Of a number at a bar: many bars have little room. @param {number} count */
export const digitsFor = (count) => (count > 6 ? 2 : 3);

/**
 * The terms of a sum, a text each, and its name with the unit and the whole.
 * @param {string} formula of a term
 * @param {string} quantity that they sum to
 * @param {number[]} terms in nats
 * @param {string} unit
 */
export function termsOf(formula, quantity, terms, unit) {
  const values = terms.map((v) => (Math.abs(v) < ROUNDING ? 0 : toUnit(v, unit)));
  const digits = digitsFor(terms.length);
  return {
    name: t("{formula} in {unit}, together {quantity} = {whole}", {
      formula,
      unit: unitName(unit),
      quantity,
      whole: told(toUnit(info.sum(terms), unit)),
    }),
    texts: values.map((v) => (Number.isFinite(v) ? number(v, digits) : "∞")),
    spoken: values.map((v) => `${formula} = ${Number.isFinite(v) ? number(v, 3) : infinite()}`),
  };
}

/** @param {number[]} p @param {number[]} q */
export function sayTerms(p, q) {
  const below = info
    .klTerms(p, q)
    .flatMap((v, i) => (v < -ROUNDING ? [NAMES[i] ?? ""] : []))
    .join(t(", "));
  return below
    ? t(
        "Terms of KL are negative where q is larger than p (here {names}); together they are never less than 0.",
        { names: below },
      )
    : "";
}

/** @param {string} unit */
export const unitName = (unit) => (unit === "bits" ? t("bits") : t("nats"));

/** @param {number[]} p @param {number[]} q @param {string} unit */
export function sayDistributions(p, q, unit) {
  const impossible = info
    .denied(p, q)
    .map((i) => NAMES[i] ?? "")
    .join(t(", "));
  const words = unitName(unit);
  const own = toUnit(info.entropy(p), unit);
  if (impossible) {
    return t("q calls {names} impossible, but it happens: the cross-entropy is infinite, and so is KL.", {
      names: impossible,
    });
  }
  const extra = toUnit(info.kl(p, q), unit);
  if (own < 5e-4) {
    return t(
      "p is certain: its entropy is 0. What q costs is the information −log q of that one outcome: {cross} {unit}.",
      { cross: number(own + extra, 3), unit: words },
    );
  }
  const tail =
    extra < 5e-4
      ? t("q equals p, so KL is 0.")
      : t("Coding p with a code made for q costs {cross}: {extra} more than necessary.", {
          cross: number(own + extra, 3),
          extra: number(extra, 3),
        });
  return sentences([sayEntropy(p, unit), tail]);
}

/** What an outcome carries on average. @param {number[]} p @param {string} unit */
export function sayEntropy(p, unit) {
  const words = unitName(unit);
  const own = toUnit(info.entropy(p), unit);
  if (own < 5e-4) return t("p is certain: its entropy is 0.");
  const most = toUnit(Math.log(p.length), unit);
  return most - own < 5e-4
    ? t("p is uniform: no distribution over {count} outcomes has more entropy than these {entropy} {unit}.", {
        count: p.length,
        entropy: number(own, 3),
        unit: words,
      })
    : t("An outcome of p carries {entropy} {unit} of information on average (maximum: {most}).", {
        entropy: number(own, 3),
        most: number(most, 3),
        unit: words,
      });
}

/** @param {number} value */
const told = (value) => (Number.isFinite(value) ? number(value, 3) : "∞");

/** @param {HTMLElement} root @param {number[]} p @param {number[]} q @param {string} unit */
export function quantities(root, p, q, unit) {
  /** @type {[string, number][]} */
  const rows = [
    ["H(p)", info.entropy(p)],
    ["H(q)", info.entropy(q)],
    ["H(p, q)", info.crossEntropy(p, q)],
    ["KL(p ‖ q)", info.kl(p, q)],
    ["KL(q ‖ p)", info.kl(q, p)],
    [t("most: log {count}", { count: p.length }), Math.log(p.length)],
  ];
  fillFigures(
    root,
    rows.map(([name, nats]) => [name, told(toUnit(nats, unit))]),
  );
}

/**
 * H(p, q) above, and H(p) and KL below it, at one scale.
 * @param {HTMLElement} root
 * @param {number[]} p
 * @param {number[]} q
 * @param {string} unit
 */
export function showStack(root, p, q, unit) {
  const [own, extra] = [toUnit(info.entropy(p), unit), toUnit(info.kl(p, q), unit)];
  const whole = own + extra;
  const endless = !Number.isFinite(whole);
  const most = endless ? Math.max(own * 2, 1) : Math.max(whole, toUnit(Math.log(p.length), unit));
  const readable = 80 / (root.clientWidth || 600); // pixels that a label needs
  /** @param {string} look @param {string} text @param {number} size */
  const piece = (look, text, size) => {
    const span = h("span", { class: look }, size / most > readable ? text : "");
    span.style.width = `${(100 * size) / most}%`;
    if (size / most <= readable) span.style.padding = "0";
    span.hidden = size / most < 0.002;
    return span;
  };
  const rest = endless ? most - own : extra;
  const end = endless ? " endless" : "";
  root.replaceChildren(
    h("div", {}, piece(`whole${end}`, `H(p, q) = ${told(whole)}`, own + rest)),
    h("div", {}, piece("own", `H(p) = ${told(own)}`, own), piece(`extra${end}`, `KL = ${told(extra)}`, rest)),
  );
  root.setAttribute(
    "aria-label",
    t("H(p, q) = {whole} is H(p) = {own} and KL = {extra} end to end.", {
      whole: endless ? infinite() : told(whole),
      own: told(own),
      extra: endless ? infinite() : told(extra),
    }),
  );
}
