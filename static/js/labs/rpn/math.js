/** The arithmetic of the `rpn` page on the network's output. No DOM here. */

import { boxAt, clipBox, decodeBox, overlap } from "../../math/geometry.js";

/**
 * @typedef {object} MapInfo one feature map
 * @property {number} channels
 * @property {number} height
 * @property {number} width
 * @property {number} anchors_per_location
 * @property {number} first_anchor
 */
/**
 * @typedef {object} Output
 * @property {{width: number, height: number}} image
 * @property {MapInfo[]} maps
 * @property {{scales: number[], ratios: number[]} | null} spec null where anchors are torchvision's
 * @property {number} outputs scores an anchor: 2 in the paper, 1 in torchvision
 * @property {Float32Array} anchors [A, 4], displayed pixels
 * @property {Float32Array} logits [A, outputs]
 * @property {Float32Array} objectness [A]
 * @property {Float32Array} deltas [A, 4]
 * @property {Uint8Array} largeEnough [A]
 * @property {Float32Array} boxes [P, 4] that entered NMS, best first
 * @property {Float32Array} scores [P]
 * @property {Int32Array} anchorOf [P]
 * @property {Int16Array} suppressedBy [101 * P]
 */

/**
 * Anchor index of a shape at a location.
 * @param {MapInfo} map
 * @param {number} row
 * @param {number} column
 * @param {number} shape
 */
export const anchorIndex = (map, row, column, shape) =>
  map.first_anchor + (row * map.width + column) * map.anchors_per_location + shape;

/** Where an anchor stands. @param {MapInfo[]} maps @param {number} anchor */
export function locate(maps, anchor) {
  let at = 0;
  while (at + 1 < maps.length && (maps[at + 1]?.first_anchor ?? 0) <= anchor) at += 1;
  const map = /** @type {MapInfo} */ (maps[at]);
  const rest = anchor - map.first_anchor;
  const cell = Math.floor(rest / map.anchors_per_location);
  return {
    map: at,
    row: Math.floor(cell / map.width),
    column: cell % map.width,
    shape: rest % map.anchors_per_location,
  };
}

/**
 * The anchor's box after its deltas, before and after clipping.
 * @param {Output} output
 * @param {number} anchor
 */
export function decoded(output, anchor) {
  const work = decodeBox(boxAt(output.anchors, anchor), boxAt(output.deltas, anchor));
  return { ...work, clipped: clipBox(work.box, output.image.width, output.image.height) };
}

/**
 * Objectness on one map: of one shape, or of the best shape at each location (`shape` -1).
 * @param {Output} output
 * @param {MapInfo} map
 * @param {number} shape
 */
export function heatOf(output, map, shape) {
  const k = map.anchors_per_location;
  return Float32Array.from({ length: map.height * map.width }, (_, cell) => {
    const first = map.first_anchor + cell * k;
    if (shape >= 0) return output.objectness[first + shape] ?? 0;
    let best = 0;
    for (let a = 0; a < k; a++) best = Math.max(best, output.objectness[first + a] ?? 0);
    return best;
  });
}

export const POSITIVE = 1;
export const NEGATIVE = 0;
export const NEUTRAL = -1;

/**
 * Each anchor's label (Ren et al., 2015, section 3.1.2): positive from `positiveIou` on, or best
 * for a truth; negative below `negativeIou`; else neutral. The twin of models/detection/rpn.py.
 * @param {Float32Array} anchors
 * @param {ArrayLike<number>} truths flat
 * @param {number} positiveIou
 * @param {number} negativeIou
 */
export function assign(anchors, truths, positiveIou, negativeIou) {
  const count = anchors.length / 4;
  const best = new Float32Array(count);
  const labels = new Int8Array(count).fill(NEUTRAL);
  const least = Math.min(negativeIou, positiveIou);
  /** @type {number[]} */ const bestOfTruth = [];
  const ious = [];
  for (let truth = 0; truth < truths.length / 4; truth++) {
    const box = boxAt(truths, truth);
    const row = new Float32Array(count);
    let top = 0;
    for (let i = 0; i < count; i++) {
      row[i] = overlap(boxAt(anchors, i), box).iou;
      best[i] = Math.max(best[i] ?? 0, row[i] ?? 0);
      top = Math.max(top, row[i] ?? 0);
    }
    ious.push(row);
    bestOfTruth.push(top);
  }
  for (let i = 0; i < count; i++) {
    if ((best[i] ?? 0) < least) labels[i] = NEGATIVE;
    if ((best[i] ?? 0) >= positiveIou && ious.length) labels[i] = POSITIVE;
    const isBest = ious.some((row, truth) => (bestOfTruth[truth] ?? 0) > 0 && row[i] === bestOfTruth[truth]);
    if (isBest) labels[i] = POSITIVE;
  }
  return { labels, best };
}

/** How many anchors reach beyond the photo. @param {Pick<Output, "anchors" | "image">} output */
export function crossing({ anchors, image: { width, height } }) {
  let count = 0;
  for (let i = 0; i < anchors.length / 4; i++) {
    const [x1, y1, x2, y2] = boxAt(anchors, i);
    if (x1 < 0 || y1 < 0 || x2 > width || y2 > height) count += 1;
  }
  return count;
}

/**
 * Share of truths that some of the boxes overlap by at least `threshold`.
 * @param {ArrayLike<number>} boxes flat
 * @param {Iterable<number>} indices
 * @param {ArrayLike<number>} truths flat
 * @param {number} [threshold]
 */
export function recall(boxes, indices, truths, threshold = 0.5) {
  const count = truths.length / 4;
  const found = new Uint8Array(count);
  for (const index of indices) {
    const box = boxAt(boxes, index);
    for (let truth = 0; truth < count; truth++) {
      if (!found[truth] && overlap(box, boxAt(truths, truth)).iou >= threshold) found[truth] = 1;
    }
  }
  return count ? found.reduce((sum, one) => sum + one, 0) / count : 0;
}

/**
 * What became of the boxes under the page's settings, by position in the ranked list.
 * @param {Output} output
 * @param {{pre_nms_top_n: number, post_nms_top_n: number, iou_threshold: number}} values
 */
export function outcome(output, values) {
  const size = output.scores.length;
  const entered = Math.min(values.pre_nms_top_n, size);
  const row = Math.round(values.iou_threshold * 100) * size;
  const kept = [];
  const suppressed = [];
  for (let position = 0; position < entered; position++) {
    if ((output.suppressedBy[row + position] ?? -1) < 0) kept.push(position);
    else suppressed.push(position);
  }
  const suppressorOf = (/** @type {number} */ position) => output.suppressedBy[row + position] ?? -1;
  return { entered, kept, suppressed, proposals: kept.slice(0, values.post_nms_top_n), suppressorOf };
}

/**
 * What becomes of an anchor: too small, below top-n, suppressed, kept but beyond the last, or proposal.
 * @param {Output} output
 * @param {ReturnType<typeof outcome>} result
 * @param {number} anchor
 * @returns {{kind: "small" | "below" | "suppressed" | "beyond" | "proposal", rank: number, by?: number,
 *   iou?: number}}
 */
export function fateOf(output, result, anchor) {
  if (!output.largeEnough[anchor]) return { kind: "small", rank: 0 };
  const position = output.anchorOf.indexOf(anchor);
  if (position < 0 || position >= result.entered) {
    let rank = 1;
    const mine = output.objectness[anchor] ?? 0;
    output.objectness.forEach((p, i) => {
      if (output.largeEnough[i] && p > mine) rank += 1;
    });
    return { kind: "below", rank: position < 0 ? rank : position + 1 };
  }
  const by = result.suppressorOf(position);
  if (by >= 0) {
    const iou = overlap(boxAt(output.boxes, position), boxAt(output.boxes, by)).iou;
    return { kind: "suppressed", rank: position + 1, by, iou };
  }
  const rank = result.kept.indexOf(position) + 1;
  return { kind: rank <= result.proposals.length ? "proposal" : "beyond", rank };
}
