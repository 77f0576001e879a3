/** What lies on the two scenes of a training: what trained at the last step, and what is found so far. */

import { number, t } from "../../core/i18n.js";
import { layersOfRoad } from "./layers.js";
import { judge } from "./outcome.js";
import { className } from "./words.js";

/** @typedef {import("../../../types/frames.js").DetectorsFrame} Frame */
/** @typedef {import("../../views/picture.js").Layer} Layer */
/** @typedef {"anchors" | "rois" | "cells"} Drawn */

/** @param {ArrayLike<number>} boxes */
const countOf = (boxes) => boxes.length / 4;

/**
 * @param {ArrayLike<number>} boxes
 * @param {string} style
 * @param {number[]} [indices]
 * @param {(index: number) => string} [label]
 * @returns {Layer}
 */
const layer = (boxes, style, indices = [...Array(countOf(boxes)).keys()], label = () => "") => ({
  boxes,
  indices,
  style,
  label,
});

/**
 * What is drawn of a frame's sample: what the visitor chose, if there is any.
 * @param {Frame} frame
 * @param {string} chosen
 * @returns {Drawn}
 */
export function drawnOf({ header, arrays }, chosen) {
  if (header.form === "yolo") return "cells";
  if (header.form === "ssd") return "anchors";
  const none = { anchors: !arrays.negative.length, rois: !arrays.rois.length };
  if (header.sampled && none.anchors) return "rois";
  if (header.sampled && none.rois) return "anchors";
  return chosen === "rois" ? "rois" : "anchors";
}

/** The scene that a step learned from. @param {Frame} frame @param {Drawn} drawn @returns {Layer[]} */
export function layersOfSample(frame, drawn) {
  const { arrays, header } = frame;
  const truth = layer(arrays.truth, "truth");
  if (drawn === "cells")
    return [truth, layer(cellBoxes(frame), "cell"), layer(arrays.responsible_boxes, "second")];
  if (drawn === "anchors")
    return [
      layer(arrays.negative, "negative"),
      layer(arrays.ignored, "neutral"),
      layer(arrays.positive, "positive"),
      truth,
    ];
  const rows = [...arrays.roi_labels.keys()];
  const isObject = (/** @type {number} */ i) => (arrays.roi_labels[i] ?? 0) > 0;
  const name = (/** @type {number} */ i) => className(header.classes[(arrays.roi_labels[i] ?? 0) - 1]);
  return [
    layer(
      arrays.rois,
      "negative",
      rows.filter((i) => !isObject(i)),
    ),
    layer(arrays.rois, "positive", rows.filter(isObject), name),
    truth,
  ];
}

/** The responsible cells as boxes. @param {Frame} frame */
export function cellBoxes({ header, arrays }) {
  const size = header.side / header.cells;
  return [...arrays.responsible].flatMap((cell) => {
    const [column, row] = [cell % header.cells, Math.floor(cell / header.cells)];
    return [column * size, row * size, (column + 1) * size, (row + 1) * size];
  });
}

/** @param {ArrayLike<number>} boxes @param {number} i @returns {[number, number, number, number]} */
const boxOf = (boxes, i) => [
  boxes[4 * i] ?? 0,
  boxes[4 * i + 1] ?? 0,
  boxes[4 * i + 2] ?? 0,
  boxes[4 * i + 3] ?? 0,
];

/**
 * The scene that no step learns from: detections over the threshold by what is right about them.
 * @param {Frame} frame
 * @param {number} threshold
 */
export function layersOfHeldOut({ header, arrays }, threshold) {
  const detections = [...arrays.found_scores.keys()]
    .filter((i) => (arrays.found_scores[i] ?? 0) >= threshold)
    .map((i) => ({
      road: /** @type {"one"} */ ("one"),
      row: i,
      label: arrays.found_labels[i] ?? 0,
      score: arrays.found_scores[i] ?? 0,
      box: boxOf(arrays.found, i),
    }));
  const truth = {
    boxes: [...arrays.held_out_labels.keys()].map((i) => boxOf(arrays.held_out_truth, i)),
    labels: [...arrays.held_out_labels],
  };
  const judged = judge(detections, truth);
  const model = { output: { classes: header.classes }, one: { detections }, judged: { one: judged }, truth };
  const layers = layersOfRoad(/** @type {any} */ (model), "one").map((one) =>
    one.style === "missed" ? { ...one, label: () => "" } : one,
  );
  return { layers, judged };
}

/** The caption of the scene that a step learned from. @param {Frame} frame @param {Drawn} drawn */
export function captionOf({ header, arrays }, drawn) {
  if (!header.sampled) return t("no step yet");
  if (drawn === "cells") return t("{count} responsible cells", { count: arrays.responsible.length });
  if (drawn === "rois")
    return t("RoIs: {positive} objects, {negative} background", {
      positive: arrays.roi_labels.filter((label) => label > 0).length,
      negative: arrays.roi_labels.filter((label) => label === 0).length,
    });
  return t("anchors: {positive} positive, {negative} negative, {ignored} ignored", {
    positive: countOf(arrays.positive),
    negative: number(countOf(arrays.negative), 0),
    ignored: countOf(arrays.ignored),
  });
}
