/** Eight learning rates or scales of the start at once, each with and without BatchNorm. */

import { configOf } from "../../core/controls.js";
import { $ } from "../../core/dom.js";
import { number, plain, sentences, t } from "../../core/i18n.js";
import { trainingSession } from "../../core/session/session.js";
import { fillTable } from "../../core/table.js";
import { chart } from "../../views/chart.js";
import { PLACES, stepsOf } from "./layers.js";

const ENOUGH = 1200; // training steps; beyond, hardly any setting arrives that has not
const AT_ONCE = 20; // steps between two pictures
const [NONE, BEFORE] = [0, 1];
/** What a sweep does not depend on; it is given its default. @type {Record<string, string[]>} */
const IDLE = { rate: ["learning_rate"], scale: ["init_scale"] };
const ALWAYS_IDLE = ["layer", "unit", "seeds"];

/** @param {ArrayLike<number>} values @returns {string} */
const ends = (values) =>
  values.length > 1
    ? t("{low} to {high}", { low: plain(values[0] ?? NaN), high: plain(values[values.length - 1] ?? NaN) })
    : plain(values[0] ?? NaN);

/** What is swept. @param {string} setting */
const nameOf = (setting) => (setting === "rate" ? t("learning rate") : t("scale of the start"));

/** @param {{state: import("../../core/state.js").State}} options */
export function sweepPanel({ state }) {
  const button = $("[data-sweep]");
  const said = $("[data-sweep-said]");
  /** @type {any} */
  let frame = null;
  /** @type {ReturnType<typeof trainingSession> | null} */
  let session = null;
  const [none = PLACES[0], before = PLACES[0]] = PLACES;
  const looks = [none, before].map((place, i) => ({
    name: i ? t("with BatchNorm") : t("without BatchNorm"),
    color: place?.color ?? "--ink",
    ...(place?.dash.length && { dash: place.dash }),
    ...(place && { shape: place.shape }),
    digits: 0,
  }));
  // A chart's axis keeps its name, so what is swept now has a chart of its own.
  const build = (/** @type {string} */ setting) =>
    chart($("[data-sweep-steps]"), {
      x: nameOf(setting),
      y: t("training steps"),
      height: 250,
      xScale: "log",
      yScale: "log",
      lines: [
        ...looks,
        ...looks.map((look) => ({
          ...look,
          name: t("{name}: not yet", { name: look.name }),
          width: 0,
          hollow: true,
        })),
        ...looks.flatMap((look) => [
          { ...look, quiet: true },
          { ...look, quiet: true },
        ]),
      ],
      bands: looks.map((look, i) => ({ between: [4 + 2 * i, 5 + 2 * i], color: look.color })),
      onPick: (value) => {
        if (frame) state.set({ [frame.header.setting === "rate" ? "learning_rate" : "init_scale"]: value });
      },
    });
  let swept = state.values.setting;
  let steps = build(swept);
  /** @param {string} setting */
  function stepsFor(setting) {
    if (setting !== swept) {
      steps.destroy();
      steps = build(setting);
      swept = setting;
    }
    return steps;
  }

  /** Of each setting and kind. @returns {{typical: number, first: number, last: number}[][]} */
  function reached() {
    const [count = 0, , starts = 0] = frame.shapes.reached;
    const of = (/** @type {number} */ k, /** @type {number} */ v) =>
      stepsOf(frame.arrays.reached.subarray((2 * k + v) * starts, (2 * k + v + 1) * starts));
    return Array.from({ length: count }, (_, k) => [of(k, NONE), of(k, BEFORE)]);
  }

  function draw() {
    const trained = Boolean(frame?.header.step);
    $("[data-sweep-charts]").hidden = !trained;
    for (const one of document.querySelectorAll("[data-setting]"))
      one.setAttribute("aria-pressed", String(one.getAttribute("data-setting") === state.values.setting));
    if (!trained) {
      said.textContent = t(
        "Eight settings, each with and without BatchNorm, each from several starts, are trained at once on the same batches.",
      );
      return;
    }
    const { step, setting } = frame.header;
    const values = Array.from(/** @type {Float64Array} */ (frame.arrays.values));
    const table = reached();
    const typical = [NONE, BEFORE].map((v) => table.map((row) => row[v]?.typical ?? Infinity));
    const late = (/** @type {number} */ v) => typical[v]?.map((n) => (Number.isFinite(n) ? null : step));
    const bounds = [NONE, BEFORE].flatMap((v) => [
      table.map((row) => row[v]?.first ?? NaN),
      table.map((row) => row[v]?.last ?? NaN),
    ]);
    said.textContent = sentence(values, typical);
    stepsFor(setting).update({
      columns: [values, ...typical, late(NONE), late(BEFORE), ...bounds],
      summary: said.textContent,
    });
    const text = (/** @type {number} */ n) => (Number.isFinite(n) ? number(n, 0) : t("not yet"));
    fillTable(
      $("[data-sweep-table]"),
      [nameOf(setting), t("without"), t("with"), t("times sooner")],
      values.map((value, k) => {
        const [without = Infinity, within = Infinity] = typical.map((row) => row[k]);
        const ratio = without / within;
        return [plain(value), text(without), text(within), Number.isFinite(ratio) ? number(ratio, 1) : "–"];
      }),
    );
  }

  /** @param {number[]} values @param {number[][]} typical */
  function sentence(values, typical) {
    const works = typical.map((row) => values.filter((_, k) => Number.isFinite(row[k])));
    const [without = [], within = []] = works;
    const [slow = [], fast = []] = typical;
    const ratios = slow
      .map((n, k) => n / (fast[k] ?? NaN))
      .filter(Number.isFinite)
      .sort((a, b) => a - b);
    const counted = (/** @type {number[]} */ those) =>
      those.length ? `${those.length} (${ends(those)})` : "0";
    const words = [
      t(
        "After {step} steps, of {all} settings those that reached a loss of {target}: {without} without BatchNorm, {within} with it.",
        {
          step: number(frame.header.step, 0),
          all: values.length,
          target: number(state.values.target, 2),
          without: counted(without),
          within: counted(within),
        },
      ),
    ];
    if (ratios.length > 1)
      words.push(
        t("Where both do, it takes {low} to {high} times as many steps without.", {
          low: number(ratios[0] ?? NaN, 1),
          high: number(ratios.at(-1) ?? NaN, 1),
        }),
      );
    words.push(t("Click a setting to load it above."));
    return sentences(words);
  }

  function begin() {
    if (session) {
      session.reset();
      session.play();
      return;
    }
    session = trainingSession({
      slug: "batchnorm",
      liveNames: ["target"],
      configOf: (values) => {
        const idle = [...ALWAYS_IDLE, ...(IDLE[values.setting] ?? [])];
        return {
          ...Object.fromEntries(Object.entries(configOf(values)).filter(([name]) => !idle.includes(name))),
          mode: "sweep",
        };
      },
      state: {
        ...state,
        get values() {
          return { ...state.values, speed: AT_ONCE, run: "" };
        },
      },
      onFrame: (next) => {
        if (next.header.setting !== state.values.setting) return; // of the run that is being left
        frame = next;
        draw();
        if (next.header.step >= ENOUGH) session?.pause();
      },
      onStatus: ({ phase, error, step }) => {
        button.setAttribute("aria-busy", String(phase === "running"));
        button.textContent =
          phase === "running" ? t("Stop at step {step}", { step }) : t("Train all sixteen");
        if (error) said.textContent = error.message;
      },
    });
    session.play();
  }

  button.addEventListener("click", () => {
    if (session?.status.phase === "running") session.pause();
    else {
      state.set({ sweep: true });
      begin();
    }
  });
  for (const one of document.querySelectorAll("[data-setting]")) {
    one.addEventListener("click", () => {
      const setting = one.getAttribute("data-setting") ?? "rate";
      if (setting === state.values.setting) return;
      frame = null;
      state.set({ setting });
      draw();
    });
  }
  let asked = state.values.sweep;
  state.subscribe(() => {
    if (state.values.sweep && !asked) begin();
    asked = state.values.sweep;
    draw();
  });
  draw();
  if (state.values.sweep) begin();
}
