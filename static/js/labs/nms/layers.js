/** What lies on the picture of the `nms` page, before and after. No DOM here. */

import { number, t } from "../../core/i18n.js";
import { claimingCells } from "./cases.js";
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

/**
 * Between the lowest and the highest score of those that take part: 0 to 1.
 * @param {Model} model
 * @param {(index: number) => number} scoreOf
 */
function strengthOf({ result: { takingPart } }, scoreOf) {
  const [high, low] = [scoreOf(takingPart[0] ?? -1), scoreOf(takingPart.at(-1) ?? -1)];
  return high > low ? (/** @type {number} */ i) => (scoreOf(i) - low) / (high - low) : () => 1;
}

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
  const cells = claimingCells(problem);
  const claims = {
    boxes: cells,
    indices: Array.from({ length: cells.length / 4 }, (_, i) => i),
    style: "cell",
  };
  return [...(frame ? [edge] : []), ...(cells.length ? [claims] : []), { ...truth, ...named }];
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
  const scoreOf = (/** @type {number} */ i) => problem.scores[i] ?? 0;
  const strength = strengthOf(model, scoreOf);
  const scores = labels(model, scoreOf);
  return [{ boxes: problem.boxes, indices: result.takingPart, style: "candidate", strength, ...scores }];
}

/** @param {Model} model @returns {Layer[]} */
function boxesAfter(model) {
  const {
    problem: { boxes, scores },
    shown,
    pointed,
  } = model;
  const before = strengthOf(model, (i) => scores[i] ?? 0);
  const pale = pointed >= 0;
  return [
    { boxes, indices: shown.suppressed, style: "suppressed", strength: before, pale },
    { boxes, indices: shown.pending, style: "pending", strength: before, pale },
    { boxes, indices: shown.kept, style: "kept", strength: before, pale, ...labels(model, model.scoreOf) },
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

/**
 * While ground truth is drawn: the boxes, paler than what is being drawn.
 * @param {Model} model
 * @returns {Layer[]}
 */
export const layersUnder = (model) => [
  ...groundLayers(model),
  ...boxesAfter({ ...model, selected: -1, pointed: -1 }).map(({ label: _, ...layer }) => ({
    ...layer,
    pale: true,
  })),
];

/**
 * The box that is pointed at with its suppressor, or a survivor with all that it suppressed.
 * @param {Model} model
 * @returns {Layer[]}
 */
function pointedLayers({ problem, result, shown, pointed }) {
  const { boxes } = problem;
  if (pointed < 0) return [];
  const by = result.suppressor[pointed] ?? -1;
  const chosen = {
    boxes,
    indices: [pointed],
    style: "chosen",
    label: (/** @type {number} */ i) => t("box {name}", { name: boxName(problem, i) }),
  };
  if (by < 0) {
    const victims = shown.suppressed.filter((i) => result.suppressor[i] === pointed);
    return [{ boxes, indices: victims, style: "victim" }, chosen];
  }
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
