/** What the `rpn` page knows: its settings, its photo, and the network's answer about it. */

import { stateOfPage } from "../../core/controls.js";
import { anchorIndex, assign } from "./math.js";

export const STAGES = [
  "photo",
  "features",
  "anchors",
  "scores",
  "deltas",
  "clipped",
  "top",
  "nms",
  "proposals",
];
const PLACED = ["anchors", "scores", "deltas", "clipped"]; // the stages that show one place of the map

/** @param {string} stage */
export const isPlaced = (stage) => PLACED.includes(stage);

export const state = stateOfPage({});

/**
 * @typedef {object} Page
 * @property {import("../../core/photo.js").Photo | null} photo
 * @property {import("./math.js").Output | null} output
 * @property {any} frame the answer that `output` was read from
 * @property {Record<string, any>} asked the settings that it was asked with; those of the page may be newer
 * @property {number[]} truths flat
 * @property {number} selected one of them, or -1
 * @property {{labels: Int8Array, best: Float32Array} | null} labels
 * @property {boolean} heat whether some of the boxes on show are heat
 * @property {number} slide how far the boxes have slid from anchor to decoded, in [0, 1]
 */
/** @type {Page} */
export const page = {
  photo: null,
  output: null,
  frame: null,
  asked: {},
  truths: [],
  selected: -1,
  labels: null,
  heat: false,
  slide: 1,
};

/** The arrays of an answer by their names here. @param {any} answer @returns {import("./math.js").Output} */
export function outputOf({ header, arrays, shapes }) {
  return {
    image: header.image,
    maps: header.feature_maps,
    spec: header.anchors,
    outputs: shapes.logits[1],
    anchors: arrays.anchors,
    logits: arrays.logits,
    objectness: arrays.objectness,
    deltas: arrays.deltas,
    largeEnough: arrays.large_enough,
    boxes: arrays.boxes,
    scores: arrays.scores,
    anchorOf: arrays.anchor,
    suppressedBy: arrays.suppressed_by,
  };
}

/** The feature map that is chosen. */
export const currentMap = () =>
  page.output?.maps[Math.min(state.values.map, page.output.maps.length - 1)] ?? null;

/** The anchors of the chosen place, by index. */
export function anchorsHere() {
  const map = currentMap();
  if (!map) return [];
  const { row, column } = state.values;
  return Array.from({ length: map.anchors_per_location }, (_, shape) => anchorIndex(map, row, column, shape));
}

/** Give every anchor its label anew, if ground truth is on show. */
export function reassign() {
  const { positive_iou, negative_iou, tool } = state.values;
  const { output, truths } = page;
  page.labels =
    output && truths.length && tool === "truth"
      ? assign(output.anchors, truths, positive_iou, negative_iou)
      : null;
}
