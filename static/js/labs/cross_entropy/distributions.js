/** Two distributions under a finger: what they are, and what their sums say. */

import { $ } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import * as info from "../../math/information.js";
import { onChoice, press } from "../../parts/choice_buttons.js";
import { bars } from "../../views/bars.js";
import { ChosenPart } from "./chosen.js";
import {
  NAMES,
  digitsFor,
  quantities,
  sayDistributions,
  sayTerms,
  showStack,
  termsOf,
  toUnit,
  unitName,
} from "./words.js";
import { VARIANTS } from "../../views/marks.js";

/** @typedef {import("../../core/state.js").State} State */
/** @typedef {{p: number[], q: number[], unit: string, chosen: number}} Two distributions, as they are */

/**
 * The distributions as they are: normalized, because an address rounds them, and of one length.
 * @param {Record<string, any>} values
 * @returns {Two}
 */
export function twoOf(values) {
  const p = info.normalized(info.decode(values.p, 0, 1) ?? [1, 0]);
  const q = info.resized(info.decode(values.q, 0, 1) ?? [1, 0], p.length);
  return { p, q, unit: String(values.unit), chosen: Math.min(values.chosen, p.length - 1) };
}

export class DistributionsPart {
  /** @param {State} state */
  constructor(state) {
    this.state = state;
    this.p = barsOf(state, "p", VARIANTS[0]);
    this.q = barsOf(state, "q", VARIANTS[1]);
    this.chosen = new ChosenPart(() => unitName(state.values.unit));
    onChoice("preset", (name) => state.go(PRESETS[name]?.(twoOf(state.values)) ?? {}));
    onChoice("unit", (unit) => state.go({ unit }));
    onChoice("count", (by) => state.set(resized(twoOf(state.values), Number(by))));
  }

  draw() {
    const two = twoOf(this.state.values);
    const { p, q, unit } = two;
    showBars(this.p, two, p, [termsOf("−p log p", "H(p)", info.crossEntropyTerms(p, p), unit)]);
    showBars(this.q, two, q, [
      termsOf("−p log q", "H(p, q)", info.crossEntropyTerms(p, q), unit),
      termsOf("p log(p / q)", "KL(p ‖ q)", info.klTerms(p, q), unit),
    ]);
    $("[data-terms-said]").textContent = sayTerms(p, q);
    showStack($("[data-stack]"), p, q, unit);
    quantities($("[data-quantities]"), p, q, unit);
    $("[data-said]").textContent = sayDistributions(p, q, unit);
    $("[data-live-identity]").textContent = identityOf(two);
    this.chosen.show(two);
    showChoices(two);
  }
}

/** @param {State} state @param {"p" | "q"} which @param {string} color */
function barsOf(state, which, color) {
  const grip = info.grip();
  return bars($(`[data-${which}]`), {
    label: which,
    color,
    range: [0, 1],
    names: NAMES,
    hatched: which === "q",
    onDrag: (index, share) => state.set({ [which]: grip(state.values[which], index, share) }),
    onChoose: (index) => state.set({ chosen: index }),
  });
}

/**
 * @param {ReturnType<typeof bars>} view
 * @param {Two} two
 * @param {number[]} row
 * @param {ReturnType<typeof termsOf>[]} terms
 */
function showBars(view, { unit, chosen }, row, terms) {
  view.update(
    row.map((value, i) => ({
      value,
      text: number(value, digitsFor(row.length)),
      marked: i === chosen,
      spoken: t("{share}, {terms} {unit}", {
        share: number(value, 3),
        terms: terms.map((term) => term.spoken[i]).join(t(", ")),
        unit: unitName(unit),
      }),
    })),
    terms,
  );
}

/** H(p, q) = H(p) + KL, in numbers. @param {Two} two */
function identityOf({ p, q, unit }) {
  const [own = NaN, extra = NaN, whole = NaN] = [info.entropy(p), info.kl(p, q), info.crossEntropy(p, q)].map(
    (nats) => toUnit(nats, unit),
  );
  return Number.isFinite(whole)
    ? `${number(whole, 3)} = ${number(own, 3)} + ${number(extra, 3)}`
    : `∞ = ${number(own, 3)} + ∞`;
}

/** @param {Two} two */
function showChoices({ p, unit }) {
  $("[data-count-said]").textContent = String(p.length);
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (
    document.querySelectorAll("[data-count]")
  )) {
    button.disabled = button.dataset.count === "1" ? p.length === 10 : p.length === 2;
  }
  press("unit", unit);
}

/** @type {Record<string, (two: Two) => Record<string, string>>} */
const PRESETS = {
  uniform: ({ p }) => ({ p: info.encode(info.uniform(p.length)) }),
  certain: ({ p, chosen }) => ({ p: info.encode(info.withShare(p, chosen, 1)) }),
  halves: ({ p }) => ({
    p: info.encode(info.normalized(p.map((_, i, all) => 2 ** -Math.min(i, all.length - 2)))),
  }),
  heads: ({ p }) => ({ p: info.encode(info.binomial(p.length)) }),
  same: ({ p }) => ({ q: info.encode(p) }),
  swap: ({ p, q }) => ({ p: info.encode(q), q: info.encode(p) }),
};

/** With more outcomes, or fewer. @param {Two} two @param {number} by */
function resized({ p, q }, by) {
  const count = p.length + by;
  return { p: info.encode(info.resized(p, count)), q: info.encode(info.resized(q, count)) };
}
