/** What lies on the picture of the `nms` page, before and after. No DOM here. */

import { number, t } from "../core/i18n.js";
import { iouOf } from "./nms_result.js";

/** @typedef {import("../views/picture.js").Layer} Layer */
/**
 * @typedef {object} Model
 * @property {import("./nms_cases.js").Problem} problem
 * @property {import("./nms_result.js").Result} result
 * @property {{kept: number[], suppressed: number[], pending: number[]}} shown after the decisions so far
 * @property {number} pointed box, or -1
 * @property {number} selected box or truth that the editor works on, or -1
 * @property {string} tool
 * @property {(index: number) => number} scoreOf the score that NMS left
 */

const MOST_LABELED = 40; // boxes; more captions than that hide the picture

/** @param {Model} model @param {(index: number) => number} scoreOf */
const labels = ({ result }, scoreOf) =>
  result.takingPart.length <= MOST_LABELED ? { label: (/** @type {number} */ i) => `${i + 1}: ${number(scoreOf(i))}` } : {};

/** @param {Model} model @returns {Layer} */
function truthLayer({ problem: { truths } }) {
  return { boxes: truths, indices: truths.map((_, i) => i).slice(0, truths.length / 4), style: "truth" };
}

/** @param {Model} model @returns {Layer[]} */
export function layersBefore(model) {
  const { problem, result } = model;
  const scores = labels(model, (i) => problem.scores[i] ?? 0);
  return [truthLayer(model), { boxes: problem.boxes, indices: result.takingPart, style: "pending", ...scores }];
}

/** @param {Model} model @returns {Layer[]} */
export function layersAfter(model) {
  const { problem: { boxes }, shown } = model;
  return [
    truthLayer(model),
    { boxes, indices: shown.suppressed, style: "suppressed" },
    { boxes, indices: shown.pending, style: "pending" },
    { boxes, indices: shown.kept, style: "kept", ...labels(model, model.scoreOf) },
    ...pointedLayers(model),
    ...selectedLayers(model),
  ];
}

/** Before on the left of the divider, after on its right. @param {Model} model @param {number} share @returns {Layer[]} */
export function layersSwiped(model, share) {
  const { width, height } = model.problem;
  const cut = share * width;
  const clipped = (/** @type {Layer[]} */ layers, /** @type {[number, number]} */ clip) => layers.map((layer) => ({ ...layer, clip }));
  return [
    ...clipped(layersBefore(model), [0, cut]),
    ...clipped(layersAfter(model), [cut, width]),
    { boxes: [cut, 0, cut, height], indices: [0], style: "divider" },
  ];
}

/** @param {Model} model @returns {Layer[]} */
function pointedLayers({ problem: { boxes }, result, pointed }) {
  if (pointed < 0) return [];
  const by = result.suppressor[pointed] ?? -1;
  const chosen = { boxes, indices: [pointed], style: "chosen", label: (/** @type {number} */ i) => t("box {name}", { name: i + 1 }) };
  if (by < 0) return [chosen];
  const iou = number(iouOf(boxes, pointed, by));
  return [{ boxes, indices: [by], style: "suppressor", label: (i) => t("box {name}, IoU {iou}", { name: i + 1, iou }) }, chosen];
}

/** @param {Model} model @returns {Layer[]} */
function selectedLayers({ problem, selected, tool }) {
  if (selected < 0 || tool === "look") return [];
  const boxes = tool === "truth" ? problem.truths : problem.boxes;
  return selected < boxes.length / 4 ? [{ boxes, indices: [selected], style: "chosen" }] : [];
}
