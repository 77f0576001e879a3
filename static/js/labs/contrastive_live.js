/** Curves of a contrastive training: the loss and its landmarks, similarities, collapse, the queue. */

import { chanceOfQueue } from "../core/contrast.js";
import { $, filledList, h } from "../core/dom.js";
import { number, sentences, t } from "../core/i18n.js";
import { tilesOf } from "../core/pixels.js";
import { chart } from "../views/chart.js";
import { heldPicture, KEY_SIDE, nameOf } from "./contrastive_tiles.js";
import { curveOf, newest, percent } from "./contrastive_words.js";

/** @typedef {import("./contrastive.js").Shot} Shot */

const CHANGES = ["occlude", "rotate", "recolor"];

/** @param {import("../core/state.js").State} state */
export function livePart(state) {
  const x = t("training steps");
  const [own, other] = ["--role-train", "--role-test"];
  const losses = chart($("[data-losses]"), {
    x, y: t("nats"), height: 220,
    lines: [{ name: t("loss"), color: own, digits: 3 }, { name: t("at chance"), color: "--gray-2", dash: [2, 4], digits: 3, width: 1.5 }],
  });
  const histogram = chart($("[data-histogram]"), {
    x: t("cosine similarity"), y: t("share"), height: 220, xRange: [-1, 1],
    lines: [{ name: t("positives"), color: "--positive-sign", digits: 3 }, { name: t("negatives"), color: "--negative-sign", dash: [6, 4], digits: 3 }],
  });
  const drift = chart($("[data-drift]"), { x, y: t("share"), height: 200, lines: [{ name: t("drift"), color: own, digits: 4 }] });
  const alignment = chart($("[data-alignment]"), {
    x, y: t("value"), height: 200,
    lines: [{ name: t("alignment"), color: own, digits: 3 }, { name: t("uniformity"), color: other, dash: [6, 4], digits: 3 }],
  });
  const spread = chart($("[data-spread]"), { x, y: t("deviation"), height: 200, lines: [{ name: t("deviation"), color: own, digits: 4 }] });
  const changes = CHANGES.map((name) => chart($(`[data-changes="${name}"]`), {
    x: { occlude: t("share covered"), rotate: t("degrees"), recolor: t("turn of the hue") }[name] ?? "", y: t("similarity"), height: 190, yRange: [0, 1.02],
    lines: [{ name: t("now"), color: own, digits: 3, shape: "circle" }, { name: t("before"), color: "--gray-1", dash: [6, 4], digits: 3 },
      { name: t("different pictures, now"), color: own, width: 1, digits: 3 }, { name: t("different pictures, before"), color: "--gray-1", dash: [2, 4], width: 1, digits: 3 }],
  }));
  const queue = filledList($("[data-queue]"), keyItem);
  let amounts = /** @type {number[][]} */ ([]);

  /** @param {Shot} shot @param {number | null} marker */
  function drawLosses(shot, marker) {
    const { header, arrays } = shot;
    const steps = arrays.steps;
    const chance = header.method === "moco"
      ? Array.from(steps, (s) => chanceOfQueue(s, header.batch, state.values.queue))
      : Array.from(steps, () => header.chance);
    /** @type {import("../views/chart.js").Rule[]} */
    const rules = header.floor === null ? [] : [{ y: header.floor, label: t("the least possible") }];
    losses.update({ columns: [steps, curveOf(shot, "loss"), chance], rules, marker, summary: lossSummary(shot) });
    $("[data-loss-said]").textContent = lossHint(shot);
  }

  /** @param {Shot} shot */
  function drawHistogram({ arrays, header }) {
    const bins = arrays.histograms.length / 2;
    const centers = Array.from({ length: bins }, (_, b) => -1 + (2 * b + 1) / bins);
    histogram.update({
      columns: [centers, arrays.histograms.subarray(0, bins), arrays.histograms.subarray(bins)],
      summary: t("How similarities of the last step’s batch are distributed, at step {step}.", { step: header.step }),
    });
  }

  /** @param {Shot} shot @param {number} learnedFrom pictures */
  function drawQueue({ arrays, header }, learnedFrom) {
    const tiles = tilesOf(arrays.queue, KEY_SIDE);
    const most = Math.max(1e-9, ...Array.from(arrays.keys, (v) => Math.abs(Number(v))));
    queue(tiles.map((tile, i) => ({ tile, isNew: i < header.batch, share: Math.max(0, arrays.keys[i]) / most })));
    const said = tiles.length
      ? t("{filled} of {room} keys; the newest {shown} are shown, outlined those of the last step. Bars: similarity to the chosen view, {name}. A step’s own keys join the queue after it: its loss had only older ones for negatives.", { filled: number(arrays.keys.length, 0), room: number(state.values.queue, 0), shown: tiles.length, name: nameOf(header.row, Math.sqrt(arrays.similarities.length)) })
      : t("The queue is empty before the first step.");
    const own = arrays.keys.length > learnedFrom ? t("There are more keys than pictures: among the negatives are older keys of a query’s own picture.") : "";
    $("[data-queue-said]").textContent = sentences([said, own]);
  }

  /** @param {Shot} shot */
  function drawChanges({ arrays, header }) {
    const count = arrays.changes.length / CHANGES.length;
    CHANGES.forEach((_, i) => {
      const part = (/** @type {Float32Array} */ all) => all.subarray(i * count, (i + 1) * count);
      const at = amounts[i] ?? [];
      changes[i]?.update({
        columns: [at, part(arrays.changes), part(arrays.changes_before), at.map(() => arrays.apart[0]), at.map(() => arrays.apart[1])],
        summary: t("Similarity of a picture to itself changed, measured at step {step}.", { step: header.changes_step }),
      });
    });
  }

  /** @param {Shot} shot */
  function drawFigures(shot) {
    const { header } = shot;
    /** @type {[string, string][]} */
    const figures = header.step === 0 ? [] : [
      [t("loss"), number(newest(shot, "loss"), 3)],
      [t("positives"), number(newest(shot, "positive"), 3)],
      [t("negatives"), number(newest(shot, "negative"), 3)],
      [t("positive is nearest"), percent(newest(shot, "hits"), 0)],
    ];
    figures.push([t("batch"), t("{n} pictures, {views} views", { n: header.batch, views: 2 * header.batch })]);
    $("[data-figures]").replaceChildren(...figures.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
  }

  return {
    /** @param {Shot} shot @param {boolean} past @param {number} learnedFrom pictures */
    show(shot, past, learnedFrom) {
      const { header, arrays } = shot;
      const marker = past ? header.step : null;
      drawLosses(shot, marker);
      drawHistogram(shot);
      const at = t("At step {step}: alignment {alignment}, uniformity {uniformity}.", { step: header.step, alignment: number(newest(shot, "alignment"), 3), uniformity: number(newest(shot, "uniformity"), 3) });
      alignment.update({ columns: [arrays.steps, curveOf(shot, "alignment"), curveOf(shot, "uniformity")], marker, summary: at });
      const even = 1 / Math.sqrt(header.width);
      spread.update({ columns: [arrays.steps, curveOf(shot, "spread")], marker, rules: [{ y: even, label: "1 / √d" }, { y: 0 }], summary: t("Deviation of the normalized z: {value}, against {even} where it is spread evenly.", { value: number(newest(shot, "spread"), 4), even: number(even, 4) }) });
      $("[data-spread-said]").textContent = t("Evenly spread, each of the {d} numbers of z deviates by 1/√d = {even}. At 0 all pictures have become one.", { d: header.width, even: number(even, 3) });
      if (header.method === "moco") {
        drawQueue(shot, learnedFrom);
        drift.update({ columns: [arrays.steps, curveOf(shot, "drift")], marker, summary: t("Drift at step {step}: {drift}", { step: header.step, drift: number(newest(shot, "drift"), 4) }) });
      }
      drawChanges(shot);
      drawFigures(shot);
    },
    /** @param {Record<string, number[]>} of amounts of each change, as the server measures them */
    setAmounts(of) {
      amounts = CHANGES.map((name) => of[name] ?? []);
    },
    toCsv: () => losses.toCsv(),
  };
}

/** A key of the queue: its picture, and a bar for its similarity. */
function keyItem() {
  const { canvas, paint } = heldPicture();
  const bar = h("i");
  const root = h("li", {}, canvas, bar);
  return {
    root,
    /** @param {{tile: OffscreenCanvas, isNew: boolean, share: number}} key */
    fill({ tile, isNew, share }) {
      paint(tile);
      root.classList.toggle("new", isNew);
      bar.style.width = `${100 * share}%`;
    },
  };
}

/** @param {Shot} shot */
const lossSummary = (shot) => t("Loss at step {step}: {loss}", { step: shot.header.step, loss: number(newest(shot, "loss"), 3) });

/** @param {Shot} shot */
function lossHint({ header }) {
  if (header.method === "simsiam") return t("SimSiam’s loss is minus the cosine of a prediction and the other view: −1 is perfect, and also what total collapse gives.");
  if (header.method === "moco") return t("Dotted: the loss at chance, log(1 + keys in the queue). While the queue fills there are more negatives each step, so the loss rises although nothing gets worse.");
  return t("Where all views are alike the loss is log(2N − 1) = {chance}, and near it training begins. No batch of 2N = {views} views can have less than {floor}.", { chance: number(header.chance, 3), views: 2 * header.batch, floor: number(header.floor, 3) });
}
