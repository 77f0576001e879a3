/** Curves of a contrastive training: the loss and its landmarks, similarities, collapse, the queue. */

import { chanceOfQueue } from "../../math/contrast.js";
import { $, filledList, h } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { tilesOf } from "../../core/pixels.js";
import { tick } from "../../math/series.js";
import { chart } from "../../views/chart.js";
import { heldPicture, KEY_SIDE, nameOf } from "./tiles.js";
import { curveOf, newest, percent } from "./words.js";

/** @typedef {import("./index.js").Shot} Shot */

const CHANGES = ["occlude", "rotate", "recolor"];

/** @param {import("../../core/state.js").State} state */
export function livePart(state) {
  const x = t("training steps");
  const [own, other] = ["--role-train", "--role-test"];
  const losses = chart($("[data-losses]"), {
    x,
    y: t("loss"),
    height: 220,
    lines: [
      { name: t("loss"), color: own, digits: 3 },
      { name: t("at chance"), color: "--gray-2", dash: [2, 4], digits: 3, width: 1.5 },
      { name: t("the least possible"), color: "--gray-1", dash: [7, 4], digits: 3, width: 1.5 },
    ],
  });
  const histogram = chart($("[data-histogram]"), {
    x: t("cosine similarity"),
    y: t("share"),
    height: 220,
    xRange: [-1, 1],
    lines: [
      { name: t("same picture"), color: "--positive-sign", digits: 3 },
      { name: t("different pictures"), color: "--negative-sign", dash: [6, 4], digits: 3 },
    ],
  });
  const drift = chart($("[data-drift]"), {
    x,
    y: t("share"),
    height: 200,
    lines: [{ name: t("drift"), color: own, digits: 4 }],
  });
  const alignment = chart($("[data-alignment]"), {
    x,
    y: t("value"),
    height: 200,
    lines: [
      { name: t("alignment"), color: own, digits: 3 },
      { name: t("uniformity"), color: other, dash: [6, 4], digits: 3 },
    ],
  });
  const spread = chart($("[data-spread]"), {
    x,
    y: t("deviation"),
    height: 200,
    lines: [{ name: t("deviation"), color: own, digits: 4 }],
  });
  const changes = CHANGES.map((name) =>
    chart($(`[data-changes="${name}"]`), {
      x: { occlude: t("share covered"), rotate: t("degrees"), recolor: t("turn of the hue") }[name] ?? "",
      y: t("likeness"),
      height: 190,
      yRange: [-0.25, 1.05],
      lines: [
        { name: t("now"), color: own, digits: 2, shape: "circle" },
        { name: t("before"), color: "--gray-1", dash: [6, 4], digits: 2 },
      ],
    }),
  );
  const queue = filledList($("[data-queue]"), keyItem);
  let amounts = /** @type {number[][]} */ ([]);

  /** @param {Shot} shot @param {number | null} marker */
  function drawLosses(shot, marker) {
    const { header, arrays } = shot;
    const steps = arrays.steps;
    const chance =
      header.method === "moco"
        ? Array.from(steps, (s) => chanceOfQueue(s, header.batch, state.values.queue))
        : Array.from(steps, () => header.chance);
    losses.update({
      columns: [steps, curveOf(shot, "loss"), chance, curveOf(shot, "floor")],
      marker,
      summary: lossSummary(shot),
    });
    $("[data-loss-said]").textContent = lossHint(shot);
  }

  /** @param {Shot} shot */
  function drawHistogram({ arrays, header }) {
    const bins = arrays.histograms.length / 2;
    const centers = Array.from({ length: bins }, (_, b) => -1 + (2 * b + 1) / bins);
    histogram.update({
      columns: [centers, arrays.histograms.subarray(0, bins), arrays.histograms.subarray(bins)],
      summary: t("How similarities of the last step’s batch are distributed, at step {step}.", {
        step: header.step,
      }),
    });
  }

  /** @param {Shot} shot */
  function drawQueue({ arrays, header }) {
    const tiles = tilesOf(arrays.queue, KEY_SIDE);
    const most = Math.max(1e-9, ...Array.from(arrays.keys, (v) => Math.abs(Number(v))));
    queue(
      tiles.map((tile, i) => ({ tile, isNew: i < header.batch, share: Math.max(0, arrays.keys[i]) / most })),
    );
    const said = tiles.length
      ? t(
          "{filled} of {room} keys; the newest {shown} are shown, outlined those of the last step. Bars: similarity to the chosen view, {name}. A step’s own keys join the queue after it: its loss had only older ones for negatives.",
          {
            filled: number(arrays.keys.length, 0),
            room: number(state.values.queue, 0),
            shown: tiles.length,
            name: nameOf(header.row, Math.sqrt(arrays.similarities.length)),
          },
        )
      : t("The queue is empty before the first step.");
    const own = header.repeated
      ? t(
          "For {count} of the last step’s {batch} queries an older key of the very same picture was among the negatives, as in the paper: nobody looks which picture a key is of.",
          { count: header.repeated, batch: header.batch },
        )
      : t(
          "Of no picture of the last step was an older key in the queue: no query was pushed away from its own picture.",
        );
    $("[data-queue-said]").textContent = sentences([said, tiles.length ? own : ""]);
  }

  /** @param {Shot} shot */
  function drawChanges({ arrays, header }) {
    const count = arrays.changes.length / CHANGES.length;
    const [apart = 1, apartBefore = 1] = arrays.apart;
    const told = CHANGES.map((_, i) => {
      const part = (/** @type {Float32Array} */ all, /** @type {number} */ others) =>
        likeness(all.subarray(i * count, (i + 1) * count), others);
      const [now, before] = [part(arrays.changes, apart), part(arrays.changes_before, apartBefore)];
      changes[i]?.update({
        columns: [amounts[i] ?? [], now, before],
        rules: [{ y: 0 }],
        summary: t("Similarity of a picture to itself changed, measured at step {step}.", {
          step: header.changes_step,
        }),
      });
      return { now: number(average(now), 2), before: number(average(before), 2) };
    });
    const [occluded, rotated, recolored] = told;
    $("[data-changes-said]").textContent =
      Number.isFinite(apart) && apart < 0.999
        ? t(
            "On average over all amounts, at step {step}: occluded {occluded} (before training {occludedBefore}), rotated {rotated} ({rotatedBefore}), recolored {recolored} ({recoloredBefore}). What has risen matters less than before.",
            {
              step: number(header.changes_step, 0),
              occluded: occluded?.now ?? "",
              occludedBefore: occluded?.before ?? "",
              rotated: rotated?.now ?? "",
              rotatedBefore: rotated?.before ?? "",
              recolored: recolored?.now ?? "",
              recoloredBefore: recolored?.before ?? "",
            },
          )
        : t("All pictures are at the same place, so a changed one is no nearer than any other.");
  }

  /** @param {Shot} shot */
  function drawFigures(shot) {
    const { header } = shot;
    /** @type {[string, string][]} */
    const figures =
      header.step === 0
        ? []
        : [
            [t("loss"), number(newest(shot, "loss"), 3)],
            [t("same picture"), number(newest(shot, "positive"), 3)],
            [t("different pictures"), number(newest(shot, "negative"), 3)],
            [t("positive is nearest"), percent(newest(shot, "hits"), 0)],
          ];
    figures.push([
      t("batch"),
      t("{n} pictures, {views} views", { n: header.batch, views: 2 * header.batch }),
    ]);
    $("[data-figures]").replaceChildren(
      ...figures.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
    );
  }

  return {
    /** @param {Shot} shot @param {boolean} past */
    show(shot, past) {
      const { header, arrays } = shot;
      const marker = past ? header.step : null;
      drawLosses(shot, marker);
      drawHistogram(shot);
      const at = t("At step {step}: alignment {alignment}, uniformity {uniformity}.", {
        step: header.step,
        alignment: number(newest(shot, "alignment"), 3),
        uniformity: number(newest(shot, "uniformity"), 3),
      });
      alignment.update({
        columns: [arrays.steps, curveOf(shot, "alignment"), curveOf(shot, "uniformity")],
        marker,
        summary: at,
      });
      const even = 1 / Math.sqrt(header.width);
      spread.update({
        columns: [arrays.steps, curveOf(shot, "spread")],
        marker,
        rules: [{ y: even, label: "1 / √d" }, { y: 0 }],
        summary: t("Deviation of the normalized z: {value}, against {even} where it is spread evenly.", {
          value: number(newest(shot, "spread"), 4),
          even: number(even, 4),
        }),
      });
      $("[data-spread-said]").textContent = t(
        "Evenly spread, each of the {d} numbers of z deviates by 1/√d = {even}. At 0 all pictures have become one.",
        { d: header.width, even: number(even, 3) },
      );
      if (header.method === "moco") {
        drawQueue(shot);
        drift.update({
          columns: [arrays.steps, curveOf(shot, "drift")],
          marker,
          summary: t("Drift at step {step}: {drift}", {
            step: header.step,
            drift: number(newest(shot, "drift"), 4),
          }),
        });
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

/**
 * Cosines to the changed pictures, so that 1 is the picture itself and 0 what other pictures have.
 * @param {Float32Array} cosines @param {number} others the cosine of different pictures
 */
const likeness = (cosines, others) =>
  Array.from(cosines, (cosine) => (others < 0.9995 ? (cosine - others) / (1 - others) : NaN));
/** But for the first, which is no change. @param {number[]} values */
const average = (values) => values.slice(1).reduce((sum, v) => sum + v, 0) / Math.max(values.length - 1, 1);

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
const lossSummary = (shot) =>
  t("Loss at step {step}: {loss}", { step: shot.header.step, loss: number(newest(shot, "loss"), 3) });

/** @param {Shot} shot */
function lossHint(shot) {
  const { header } = shot;
  if (header.method === "simsiam")
    return t(
      "SimSiam’s loss is minus the cosine of a prediction and the other view: −1 is perfect, and also what total collapse gives.",
    );
  if (header.method === "moco")
    return t(
      "In nats. Dotted: the loss at chance, log(1 + keys in the queue). While the queue fills there are more negatives each step, so the loss rises although nothing gets worse.",
    );
  const chance = t(
    "In nats. Where all views are alike the loss is log(2N − 1) = {chance}; an untrained network is near it at a high temperature, and above it at a low one.",
    { chance: number(header.chance, 3) },
  );
  if (header.step === 0) return chance;
  const least = newest(shot, "floor");
  return sentences([
    chance,
    t("No batch of 2N = {views} views can have less than {floor} at this temperature.", {
      views: 2 * header.batch,
      floor: least < 0.001 ? tick(Number(least.toPrecision(2))) : number(least, 3),
    }),
  ]);
}
