/** How one detection came about: anchor, proposal, refined box, with what is true of each. No DOM here. */

import { boxAt, overlap } from "../../math/geometry.js";
import { anchorOf, boxOf, probabilitiesOf } from "./outcome.js";

/** @typedef {import("./page.js").Model} Model */
/** @typedef {import("./outcome.js").Detection} Detection */
/** @typedef {import("./outcome.js").Output} Output */
/** @typedef {[number, number, number, number]} Box */

/**
 * @typedef {object} Chain
 * @property {Detection} found
 * @property {number} anchor
 * @property {Box[]} boxes anchor, proposal (two stages only), final box
 * @property {ArrayLike<number>} probabilities background first
 * @property {number} runnerUp the class with the second highest probability; -1 is the background
 * @property {{truth: number, iou: number[]} | null} against the object it overlaps most, and the IoU of each
 *   of the boxes with it
 * @property {Other | null} other the other road's box nearest to it
 */
/** @typedef {{row: number, label: number, box: Box, score: number, iou: number, anchor: number}} Other */

/** The followed detection: the one that the address names, or the best. @param {Model} model */
export function followedOf({ one, two, values }) {
  const { followed, row, label } = values;
  const of = followed === "one" ? one : two;
  const other = followed === "one" ? two : one;
  const named = of.detections.find((found) => found.row === row && found.label === label);
  return named ?? of.detections[0] ?? other.detections[0] ?? null;
}

/** @param {Model} model @param {Detection} found @returns {Chain} */
export function chainOf(model, found) {
  const { output, truth } = model;
  const { road, row, label, box } = found;
  const anchor = anchorOf(output, road, row);
  const proposal = road === "two" ? [boxAt(output.proposals, row)] : [];
  const boxes = [boxAt(output.anchors, anchor), ...proposal, box];
  const probabilities = probabilitiesOf(output, road, row);
  const others = [...probabilities.keys()].filter((i) => i !== label + 1);
  others.sort((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0));
  return {
    found,
    anchor,
    boxes,
    probabilities,
    runnerUp: (others[0] ?? 0) - 1,
    against: truth && nearestTruth(truth.boxes, boxes),
    other: nearestOther(model, found),
  };
}

/** @param {number[][]} truths @param {Box[]} boxes */
function nearestTruth(truths, boxes) {
  const last = /** @type {Box} */ (boxes.at(-1));
  let best = { truth: -1, iou: 0 };
  truths.forEach((true_, truth) => {
    const { iou } = overlap(last, true_);
    if (iou > best.iou) best = { truth, iou };
  });
  if (best.truth < 0) return null;
  const true_ = truths[best.truth] ?? [];
  return { truth: best.truth, iou: boxes.map((box) => overlap(box, true_).iou) };
}

/**
 * What the other road says there: its row with the highest IoU with the box, and its likeliest class.
 * @param {Model} model
 * @param {Detection} found
 * @returns {Other | null}
 */
function nearestOther({ output, values }, { road, label, box }) {
  const other = road === "one" ? "two" : "one";
  const anchors = other === "one" ? output.oneAnchor : output.proposalAnchor;
  const rows = other === "one" ? anchors.length : Math.min(anchors.length, values.proposals);
  let best = { row: -1, iou: 0 };
  for (let row = 0; row < rows; row++) {
    const { iou } = overlap(boxOf(output, other, row, label), box);
    if (iou > best.iou) best = { row, iou };
  }
  if (best.row < 0) return null;
  const probabilities = probabilitiesOf(output, other, best.row);
  let top = 1;
  for (let i = 2; i < probabilities.length; i++)
    if ((probabilities[i] ?? 0) > (probabilities[top] ?? 0)) top = i;
  return {
    ...best,
    label: top - 1,
    box: boxOf(output, other, best.row, top - 1),
    score: probabilities[top] ?? 0,
    anchor: anchorOf(output, other, best.row),
  };
}

/** Where an anchor stands. @param {Output} output @param {number} anchor */
export function cellOf({ header }, anchor) {
  const { feature_map, anchor_shapes, image } = header;
  const [, rows, columns] = feature_map;
  const k = anchor_shapes.scales.length * anchor_shapes.ratios.length;
  const cell = Math.floor(anchor / k);
  const [row, column] = [Math.floor(cell / columns), cell % columns];
  const [width, height] = [image.width / columns, image.height / rows];
  return {
    row,
    column,
    first: cell * k,
    count: k,
    box: /** @type {Box} */ ([column * width, row * height, (column + 1) * width, (row + 1) * height]),
  };
}

/** Corners as center, width and height. @param {Box} box @returns {Box} */
export const centerForm = ([x1, y1, x2, y2]) => [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];

/** How far the second stage moves the centers, and what it does to the IoU, over all right detections.
 * @param {Model} model
 */
export function averageGain(model) {
  const { judged, two, truth } = model;
  if (!judged || !truth) return null;
  const right = two.detections.filter((_, i) => judged.two.verdicts[i] === "right");
  const gains = right.flatMap((found) => {
    const { against } = chainOf(model, found);
    return against ? [/** @type {[number, number]} */ ([against.iou[1] ?? 0, against.iou[2] ?? 0])] : [];
  });
  if (!gains.length) return null;
  const mean = (/** @type {0 | 1} */ i) => gains.reduce((sum, gain) => sum + gain[i], 0) / gains.length;
  return { before: mean(0), after: mean(1), count: gains.length };
}
