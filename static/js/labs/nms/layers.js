/** What lies on the picture of the `nms` page, before and after. No DOM here. */

import { number, t } from "../../core/i18n.js";
import { boxName, className } from "./names.js";
import { iouOf } from "./result.js";

/** @typedef {import("../../views/picture.js").Layer} Layer */
/**
 * @typedef {object} Model
 * @property {import("./cases.js").Problem} problem
 * @property {import("./result.js").Result} result
 * @property {{kept: number[], suppressed: number[], pending: number[]}} shown after the decisions so far
 * @property {number} pointed box, or -1
 * @property {number} selected box or truth that the editor works on, or -1
 * @property {string} tool
 * @property {(index: number) => number} scoreOf the score that NMS left
 */

const MOST_LABELED = 40; // boxes; more captions than that hide the picture

/** @param {Model} model @param {(index: number) => number} scoreOf */
const labels = ({ problem, result }, scoreOf) =>
  result.takingPart.length <= MOST_LABELED
    ? { label: (/** @type {number} */ i) => `${boxName(problem, i)}: ${number(scoreOf(i))}` }
    : {};

/**
 * Ground truth, and the picture's own edge where more than the picture is shown.
 * @param {Model} model
 * @returns {Layer[]}
 */
function groundLayers({ problem }) {
  const { truths, truthLabels, width, height, frame } = problem;
  const indices = Array.from({ length: truths.length / 4 }, (_, i) => i);
  const truth = { boxes: truths, indices, style: "truth" };
  const named =
    problem.classes && truthLabels && indices.length <= MOST_LABELED
      ? { label: (/** @type {number} */ i) => classOfTruth(problem, i) }
      : {};
  const edge = { boxes: [0, 0, width, height], indices: [0], style: "edge" };
  return [...(frame ? [edge] : []), { ...truth, ...named }];
}

/** @param {Model["problem"]} problem @param {number} truth */
function classOfTruth(problem, truth) {
  const label = problem.truthLabels?.[truth] ?? -1;
  return label < 0 ? "" : className(problem, label);
}

/** @param {Model} model @returns {Layer[]} */
export const layersBefore = (model) => [...groundLayers(model), ...boxesBefore(model)];

/** @param {Model} model @returns {Layer[]} */
export const layersAfter = (model) => [...groundLayers(model), ...boxesAfter(model)];

/** @param {Model} model @returns {Layer[]} */
function boxesBefore(model) {
  const { problem, result } = model;
  const scores = labels(model, (i) => problem.scores[i] ?? 0);
  return [{ boxes: problem.boxes, indices: result.takingPart, style: "pending", ...scores }];
}

/** @param {Model} model @returns {Layer[]} */
function boxesAfter(model) {
  const {
    problem: { boxes },
    shown,
  } = model;
  return [
    { boxes, indices: shown.suppressed, style: "suppressed" },
    { boxes, indices: shown.pending, style: "pending" },
    { boxes, indices: shown.kept, style: "kept", ...labels(model, model.scoreOf) },
    ...pointedLayers(model),
    ...selectedLayers(model),
  ];
}

/**
 * Before on the left of the divider, after on its right.
 * @param {Model} model
 * @param {number} share
 * @returns {Layer[]}
 */
export function layersSwiped(model, share) {
  const { x, y, width, height } = model.problem.frame ?? { x: 0, y: 0, ...model.problem };
  const [cut, right] = [x + share * width, x + width];
  const clipped = (/** @type {Layer[]} */ layers, /** @type {[number, number]} */ clip) =>
    layers.map((layer) => ({ ...layer, clip }));
  return [
    ...groundLayers(model),
    ...clipped(boxesBefore(model), [x, cut]),
    ...clipped(boxesAfter(model), [cut, right]),
    { boxes: [cut, y, cut, y + height], indices: [0], style: "divider" },
  ];
}

/** @param {Model} model @returns {Layer[]} */
function pointedLayers({ problem, result, pointed }) {
  const { boxes } = problem;
  if (pointed < 0) return [];
  const by = result.suppressor[pointed] ?? -1;
  const chosen = {
    boxes,
    indices: [pointed],
    style: "chosen",
    label: (/** @type {number} */ i) => t("box {name}", { name: boxName(problem, i) }),
  };
  if (by < 0) return [chosen];
  const iou = number(iouOf(boxes, pointed, by));
  return [
    {
      boxes,
      indices: [by],
      style: "suppressor",
      label: (i) => t("box {name}, IoU {iou}", { name: boxName(problem, i), iou }),
    },
    chosen,
  ];
}

/** @param {Model} model @returns {Layer[]} */
function selectedLayers({ problem, selected, tool }) {
  if (selected < 0 || tool === "look") return [];
  const boxes = tool === "truth" ? problem.truths : problem.boxes;
  return selected < boxes.length / 4 ? [{ boxes, indices: [selected], style: "chosen" }] : [];
}
