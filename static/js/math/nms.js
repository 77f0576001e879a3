/** Greedy non-maximum suppression of a few hundred boxes, in float32 as torchvision reckons. No DOM here. */

import { boxAt } from "./geometry.js";

const { fround } = Math;

/** @param {readonly number[]} box */
const areaOf = ([x1 = 0, y1 = 0, x2 = 0, y2 = 0]) => fround(fround(x2 - x1) * fround(y2 - y1));

/**
 * IoU of two boxes whose areas are known.
 * @param {readonly number[]} a
 * @param {readonly number[]} b
 * @param {number} areas of both together
 */
function iou([ax1 = 0, ay1 = 0, ax2 = 0, ay2 = 0], [bx1 = 0, by1 = 0, bx2 = 0, by2 = 0], areas) {
  const width = Math.max(0, fround(Math.min(ax2, bx2) - Math.max(ax1, bx1)));
  const height = Math.max(0, fround(Math.min(ay2, by2) - Math.max(ay1, by1)));
  const shared = fround(width * height);
  return fround(shared / fround(areas - shared));
}

/**
 * Which boxes greedy NMS keeps: each box in turn, unless its IoU with one kept before is over the threshold.
 * @param {ArrayLike<number>} boxes flat, of float32
 * @param {readonly number[]} order their indices, best first
 * @param {number} threshold
 * @returns {{kept: number[], suppressor: Map<number, number>}} indices, best first; and for each suppressed
 *   box the first kept one that suppresses it
 */
export function greedyNms(boxes, order, threshold) {
  /** @type {{index: number, box: number[], area: number}[]} */
  const kept = [];
  /** @type {Map<number, number>} */
  const suppressor = new Map();
  for (const index of order) {
    const box = boxAt(boxes, index);
    const area = areaOf(box);
    const by = kept.find((one) => iou(one.box, box, fround(one.area + area)) > threshold);
    if (by) suppressor.set(index, by.index);
    else kept.push({ index, box, area });
  }
  return { kept: kept.map(({ index }) => index), suppressor };
}
