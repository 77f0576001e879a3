/** The `cross-entropy` lab: distributions under a finger, softmax, and two losses in training. */

import { configOf, liveNames, stateOfPage, wireLesson } from "../../core/controls.js";
import { $ } from "../../core/dom.js";
import * as info from "../../math/information.js";
import { number, t } from "../../core/i18n.js";
import { runKeys, trainingSession } from "../../core/session/session.js";
import { wireTools } from "../../parts/share.js";
import { bars } from "../../views/bars.js";
import { chart } from "../../views/chart.js";
import { runbar } from "../../views/runbar.js";
import { livePart } from "./live.js";
import { logitParts } from "./logits.js";
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

const shares = (/** @type {any} */ v) => {
  const row = typeof v === "string" ? info.decode(v, 0, 1) : null;
  return row !== null && Math.abs(info.sum(row) - 1) < 0.01;
};
const logits = (/** @type {any} */ v) => typeof v === "string" && info.decode(v, -10, 10) !== null;
/** @param {number} low @param {number} high @param {number} fallback */
const range = (low, high, fallback) => ({
  default: fallback,
  low,
  high,
  check: (/** @type {any} */ v) => typeof v === "number" && v >= low && v <= high,
});
/** @param {string[]} allowed */
const choice = (...allowed) => ({
  default: allowed[0] ?? "",
  check: (/** @type {any} */ v) => allowed.includes(String(v)),
});

const state = stateOfPage({
  ...runKeys({ speed: 2, fps: 10 }),
  p: { default: "0.5,0.25,0.125,0.125", check: shares },
  q: { default: "0.25,0.25,0.25,0.25", check: shares },
  unit: choice("bits", "nats"),
  chosen: range(0, 9, 0),
  z: { default: "2,1,0.5,-1", check: logits },
  t: range(0.1, 10, 1),
  shift: range(-1000, 1000, 0),
  smoothing: range(0, 0.5, 0),
  target: range(0, 9, 1),
  logit: range(-10, 10, -6),
  look: choice("cross-entropy", "squared"),
});
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The distributions as they are: normalized, because an address rounds them, and of one length. */
function now() {
  const p = info.normalized(info.decode(state.values.p, 0, 1) ?? [1, 0]);
  const q = info.resized(info.decode(state.values.q, 0, 1) ?? [1, 0], p.length);
  return { p, q, unit: String(state.values.unit), chosen: Math.min(state.values.chosen, p.length - 1) };
}

const grips = { p: info.grip(), q: info.grip() };
/** @param {"p" | "q"} which @param {string} color */
const distribution = (which, color) =>
  bars($(`[data-${which}]`), {
    label: which,
    color,
    range: [0, 1],
    names: NAMES,
    hatched: which === "q",
    onDrag: (index, share) => state.set({ [which]: grips[which](state.values[which], index, share) }),
    onChoose: (index) => state.set({ chosen: index }),
  });
const [pBars, qBars] = [distribution("p", "--class-point-0"), distribution("q", "--class-point-1")];
/** @param {string} unit in words */
const axisNames = (unit) => ({
  information: t("information ({unit})", { unit }),
  entropy: t("entropy ({unit})", { unit }),
});
const informationChart = chart($("[data-information]"), {
  x: t("probability"),
  y: axisNames(unitName(now().unit)).information,
  height: 220,
  xRange: [0, 1],
  lines: [{ name: "I = −log P", color: "--accent", digits: 3 }],
});
const questionChart = chart($("[data-question]"), {
  x: t("probability"),
  y: axisNames(unitName(now().unit)).entropy,
  height: 220,
  xRange: [0, 1],
  lines: [{ name: "H", color: "--accent", digits: 3 }],
});
const PLACES = Array.from({ length: 401 }, (_, i) => i / 400);
/** @type {Record<string, {information: (number | null)[][], question: number[][]}>} */
const curves = Object.fromEntries(
  ["nats", "bits"].map((unit) => [
    unit,
    {
      information: [PLACES, PLACES.map((v) => (v < 0.002 ? null : toUnit(info.information(v), unit)))],
      question: [PLACES, PLACES.map((v) => toUnit(info.entropy([v, 1 - v]), unit))],
    },
  ]),
);

function drawDistributions() {
  const { p, q, unit, chosen } = now();
  const words = unitName(unit);
  /**
   * @param {ReturnType<typeof bars>} view
   * @param {number[]} row
   * @param {ReturnType<typeof termsOf>[]} terms
   */
  const show = (view, row, terms) =>
    view.update(
      row.map((value, i) => ({
        value,
        text: number(value, digitsFor(row.length)),
        marked: i === chosen,
        spoken: t("{share}, {terms} {unit}", {
          share: number(value, 3),
          terms: terms.map((term) => term.spoken[i]).join(", "),
          unit: words,
        }),
      })),
      terms,
    );
  show(pBars, p, [termsOf("−p log p", "H(p)", info.crossEntropyTerms(p, p), unit)]);
  show(qBars, q, [
    termsOf("−p log q", "H(p, q)", info.crossEntropyTerms(p, q), unit),
    termsOf("p log(p / q)", "KL(p ‖ q)", info.klTerms(p, q), unit),
  ]);
  $("[data-terms-said]").textContent = sayTerms(p, q);
  showStack($("[data-stack]"), p, q, unit);
  quantities($("[data-quantities]"), p, q, unit);
  $("[data-said]").textContent = sayDistributions(p, q, unit);
  const share = p[chosen] ?? 0;
  const i = toUnit(info.information(share), unit);
  const curve = curves[unit];
  const name = NAMES[chosen] ?? "";
  const said =
    share > 0
      ? t("Outcome {name} has probability {share}: {information} {unit} of information.", {
          name,
          share: number(share, 3),
          information: number(i, 3),
          unit: words,
        })
      : t("Outcome {name} never happens: its information would be infinite.", { name });
  const question = toUnit(info.entropy([share, 1 - share]), unit);
  const axis = axisNames(words);
  informationChart.update({
    y: axis.information,
    columns: curve?.information ?? [[], []],
    here: share >= 0.002 ? { x: share, y: i, label: name } : null,
    summary: said,
  });
  questionChart.update({
    y: axis.entropy,
    columns: curve?.question ?? [[], []],
    here: { x: share, y: question, label: name },
    summary: t("{name} or not: {entropy} {unit}.", { name, entropy: number(question, 3), unit: words }),
  });
  $("[data-live-information]").textContent = said;
  const [own2, extra, whole] = [info.entropy(p), info.kl(p, q), info.crossEntropy(p, q)].map((v) =>
    toUnit(v, unit),
  );
  $("[data-live-identity]").textContent = Number.isFinite(whole)
    ? `${number(whole ?? 0, 3)} = ${number(own2 ?? 0, 3)} + ${number(extra ?? 0, 3)}`
    : `∞ = ${number(own2 ?? 0, 3)} + ∞`;
  $("[data-count-said]").textContent = String(p.length);
  for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (
    document.querySelectorAll("[data-count]")
  )) {
    button.disabled = button.dataset.count === "1" ? p.length === 10 : p.length === 2;
  }
  for (const button of document.querySelectorAll("[data-unit]"))
    button.setAttribute("aria-pressed", String(button.getAttribute("data-unit") === unit));
}

/** @type {Record<string, () => Record<string, any>>} */
const presets = {
  uniform: () => ({ p: info.encode(info.uniform(now().p.length)) }),
  certain: () => ({ p: info.encode(info.withShare(now().p, now().chosen, 1)) }),
  halves: () => ({
    p: info.encode(info.normalized(now().p.map((_, i, all) => 2 ** -Math.min(i, all.length - 2)))),
  }),
  heads: () => ({ p: info.encode(info.binomial(now().p.length)) }),
  same: () => ({ q: info.encode(now().p) }),
  swap: () => ({ p: info.encode(now().q), q: info.encode(now().p) }),
};
for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-preset]"))) {
  button.addEventListener("click", () => state.set(presets[button.dataset.preset ?? ""]?.() ?? {}));
}
for (const button of /** @type {NodeListOf<HTMLElement>} */ (
  document.querySelectorAll("button[data-unit]")
)) {
  button.addEventListener("click", () => state.set({ unit: button.dataset.unit ?? "" }));
}
for (const button of /** @type {NodeListOf<HTMLElement>} */ (
  document.querySelectorAll("button[data-count]")
)) {
  button.addEventListener("click", () => {
    const { p, q } = now();
    const count = p.length + Number(button.dataset.count);
    state.set({ p: info.encode(info.resized(p, count)), q: info.encode(info.resized(q, count)) });
  });
}

const drawLogits = logitParts(state);
const live = livePart(state);
const session = trainingSession({
  slug: "cross-entropy",
  state,
  liveNames: liveNames(),
  configOf,
  onFrame: (frame, { past }) => {
    live.show(frame, past);
    document.documentElement.dataset.ready = "";
  },
  onStatus: (status) => bar.update(status),
});
const bar = runbar($("[data-run]"), { session, pace: state });

const DISTRIBUTIONS = ["p", "q", "unit", "chosen"];
const LOGITS = ["z", "t", "shift", "smoothing", "target", "logit"];
state.subscribe((changed) => {
  if (DISTRIBUTIONS.some((name) => changed.has(name))) drawDistributions();
  if (LOGITS.some((name) => changed.has(name))) drawLogits();
  if (changed.has("look")) live.draw();
});
drawDistributions();
drawLogits();
if (!still && !session.watched) session.play();

wireLesson(state, (step) => {
  if ("start_scale" in step && !still) session.play();
});
wireTools({
  slug: "cross-entropy",
  state,
  session,
  exports: {
    png: () => live.toPng(),
    csv: () => live.toCsv(),
    json: () => {
      const { p, q, unit } = now();
      const { t: temperature, shift, smoothing, target, logit } = state.values;
      const z = info.decode(state.values.z, -10, 10) ?? [0, 0];
      /** @param {number} v */
      const told = (v) => (Number.isFinite(v) ? v : "infinite");
      const right = Math.min(target, z.length - 1);
      const softmax = {
        logits: z,
        added: shift,
        temperature,
        smoothing,
        target: right,
        targets: info.smoothed(right, z.length, smoothing),
        probabilities: info.softmax(z, temperature),
      };
      return JSON.stringify(
        {
          config: configOf(state.values),
          p,
          q,
          unit,
          softmax,
          binary: { logit },
          nats: {
            entropy: told(info.entropy(p)),
            crossEntropy: told(info.crossEntropy(p, q)),
            kl: told(info.kl(p, q)),
          },
          result: live.header(),
        },
        null,
        1,
      );
    },
  },
});
