/** The paper's two findings as tables that fill in: pairs of augmentations, and the projector. */

import { postForFrame } from "../../core/api.js";
import { configOf } from "../../core/controls.js";
import { $, context2d, h, token } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { tilesOf } from "../../core/pixels.js";
import { csvOf } from "../../math/series.js";
import { pngOf } from "../../parts/png.js";
import { percent } from "../../parts/percent.js";
import { pictureOf, SIDE } from "../../parts/small_picture.js";
import { failed } from "./words.js";

/** @typedef {import("../../../types/frames.js").TrialsFrame} Frame */

/** @type {Record<string, () => string>} */
const NAMES = {
  crop: () => t("crop"),
  color: () => t("color"),
  rotation: () => t("rotation"),
  blur: () => t("blur"),
  cutout: () => t("cutout"),
  noise: () => t("noise"),
  none: () => t("none: the loss acts on h"),
  linear: () => t("linear"),
  mlp: () => t("with a hidden layer"),
};
const PICTURES = ["data", "pictures", "classes", "count", "seed"]; // what the views are of
const nameOf = (/** @type {string} */ key) => NAMES[key]?.() ?? key;

/** Mean and standard deviation of what is there. @param {number[]} values */
function summed(values) {
  const there = values.filter(Number.isFinite);
  const mean = there.reduce((a, b) => a + b, 0) / there.length;
  const spread = Math.sqrt(
    there.reduce((sum, v) => sum + (v - mean) ** 2, 0) / Math.max(there.length - 1, 1),
  );
  return { count: there.length, mean, spread };
}

/** @typedef {{count: number, mean: number, spread: number}} Summed */
/**
 * @typedef {{config: Record<string, any>, operations: Record<string, any>}} Asked what the views are of,
 *   and settings
 */

export class TrialsPart {
  /** @type {Record<string, OffscreenCanvas | undefined>} a view by each operation alone */
  views = {};
  /** @type {Frame | null} */
  shown = null;

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    /** One picture as each operation alone changes it. */
    this.query = newest({
      ask: fetchViews,
      show: (found) => {
        this.views = found;
        if (this.shown) this.draw(this.shown);
      },
      fail: failed,
      same: (a, b) =>
        PICTURES.every((name) => a.config[name] === b.config[name]) &&
        JSON.stringify(a.operations) === JSON.stringify(b.operations),
    });
  }

  /** @param {Frame} frame */
  show(frame) {
    this.shown = frame;
    this.draw(frame);
    this.query.want({ config: configOf(this.state.values), operations: frame.header.operations });
  }

  /** @param {Frame} frame */
  draw(frame) {
    const headOf = (/** @type {string} */ name) => {
      const view = this.views[name];
      return [nameOf(name), ...(view ? [pictureOf(view)] : [])];
    };
    const pairs = (frame.header.names[0] ?? []).length > 1;
    $("[data-trials]").replaceChildren(...(pairs ? pairTable(frame, headOf) : projectorTable(frame)));
  }

  toCsv() {
    return this.shown ? csvOfTrials(this.shown) : csvOf(columnNames(t("projector")), [[], [], [], [], []]);
  }

  /** The table as a picture. @returns {Promise<Blob>} */
  toPng() {
    return pngOfTable($("[data-trials]"));
  }
}

/** @param {Asked} asked @param {AbortSignal} signal */
async function fetchViews({ config, operations }, signal) {
  /** @type {TrialsPart["views"]} */
  const found = {};
  for (const [name, policy] of Object.entries(operations)) {
    const asked = { config: { ...config, ...policy }, picture: 0, number: 0, pairs: 1 };
    const { arrays } = await postForFrame("/api/contrastive/views", asked, signal);
    found[name] = tilesOf(arrays.views, SIDE)[0];
  }
  return found;
}

// --- The results --------------------------------------------------------------------------------------

/** Of all repetitions. @param {Frame} frame @param {number} trial @param {number} which 0 for h, 1 for z */
function resultsOf({ header, arrays }, trial, which) {
  const { accuracy } = arrays;
  const repetitions = accuracy.length / (2 * header.names.length);
  return Array.from({ length: repetitions }, (_, r) =>
    Number(accuracy[(trial * repetitions + r) * 2 + which]),
  );
}

/** The least and the greatest of all. @param {Frame} frame @returns {[number, number]} */
function reachOf({ arrays }) {
  const all = Array.from(arrays.accuracy, Number).filter(Number.isFinite);
  return all.length ? [Math.min(...all), Math.max(...all)] : [0, 1];
}

/** @param {Frame} frame */
function sayBaseline({ header, arrays }) {
  const { count, mean } = summed(Array.from(arrays.baseline, Number));
  const guess = t("Guessing: {share}.", { share: `${number(100 / header.classes, 1)}%` });
  return count ? sentences([t("The untrained encoder: {share}.", { share: percent(mean) }), guess]) : "";
}

// --- The tables ---------------------------------------------------------------------------------------

/** @param {Frame} frame @param {number} trial @param {number} which @param {[number, number]} reach */
function cell(frame, trial, which, [low, high]) {
  const { count, mean, spread } = summed(resultsOf(frame, trial, which));
  if (!count) return h("td", { class: "coming" }, trial === frame.header.done ? t("training …") : "·");
  const seeds = count > 1 ? `± ${number(100 * spread, 1)}` : t("1 seed");
  const td = h("td", { class: "accuracy-cell" }, percent(mean), h("small", {}, seeds));
  td.style.setProperty("--share", `${Math.round((90 * (mean - low)) / Math.max(high - low, 1e-6))}%`);
  return td;
}

/**
 * Pairs of operations; on the diagonal one alone.
 * @param {Frame} frame
 * @param {(operation: string) => (Node | string)[]} headOf
 */
function pairTable(frame, headOf) {
  const { names } = frame.header;
  const operations = [...new Set(names.map(([first]) => first ?? ""))];
  const reach = reachOf(frame);
  /** @param {string} first @param {number} i @param {string} second @param {number} j */
  const cellOf = (first, i, second, j) =>
    j < i
      ? h("td", { class: "coming" }, "")
      : cell(
          frame,
          names.findIndex(([a, b]) => a === first && b === second),
          0,
          reach,
        );
  const heads = operations.map((name) => h("th", { scope: "col" }, ...headOf(name)));
  const rows = operations.map((first, i) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, ...headOf(first)),
      ...operations.map((second, j) => cellOf(first, i, second, j)),
    ),
  );
  const caption = t(
    "Accuracy of a linear classifier on h after training with two operations only; on the diagonal with one. {baseline}",
    { baseline: sayBaseline(frame) },
  );
  return [h("caption", {}, caption), h("thead", {}, h("tr", {}, h("td"), ...heads)), h("tbody", {}, ...rows)];
}

/** @param {Frame} frame */
function projectorTable(frame) {
  const reach = reachOf(frame);
  const heads = [t("projector"), t("classifier on h"), t("classifier on z")];
  const rows = frame.header.names.map(([name], i) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, nameOf(name ?? "")),
      cell(frame, i, 0, reach),
      cell(frame, i, 1, reach),
    ),
  );
  const caption = t("Accuracy of a linear classifier before the projector and after it. {baseline}", {
    baseline: sayBaseline(frame),
  });
  return [
    h("caption", {}, caption),
    h("thead", {}, h("tr", {}, ...heads.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, ...rows),
  ];
}

// --- Files --------------------------------------------------------------------------------------------

/** @param {string} first what the rows are */
const columnNames = (first) => [
  first,
  t("h mean"),
  t("h standard deviation"),
  t("z mean"),
  t("z standard deviation"),
];

/** @param {Frame} frame */
function csvOfTrials(frame) {
  const { names } = frame.header;
  const [ofH = [], ofZ = []] = [0, 1].map((which) => names.map((_, i) => summed(resultsOf(frame, i, which))));
  const columnsOf = (/** @type {Summed[]} */ all) => [
    all.map((one) => one.mean),
    all.map((one) => one.spread),
  ];
  const rows = names.map((name) => [...new Set(name)].map(nameOf).join(" + "));
  const what = (names[0]?.length ?? 0) > 1 ? t("operations") : t("projector");
  return csvOf(columnNames(what), [rows, ...columnsOf(ofH), ...columnsOf(ofZ)]);
}

/** @param {HTMLElement} table @returns {Promise<Blob>} */
function pngOfTable(table) {
  const rows = [...table.querySelectorAll("tr")].map((tr) =>
    [...tr.children].map((td) => td.textContent ?? ""),
  );
  const [wide, high] = [130, 44];
  const canvas = h("canvas");
  const width = wide * Math.max(1, ...rows.map((row) => row.length));
  const context = context2d(canvas, width, high * rows.length);
  context.fillStyle = token("--card");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = token("--ink");
  context.font = "14px system-ui, sans-serif";
  rows.forEach((row, i) =>
    row.forEach((text, j) => context.fillText(text, j * wide + 8, i * high + 26, wide - 12)),
  );
  return pngOf(canvas);
}
