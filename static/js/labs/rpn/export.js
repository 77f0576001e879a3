/** The proposals as files. No DOM here. */

import { boxAt } from "../../math/geometry.js";
import { csvOf } from "../../math/series.js";
import { outcome } from "./math.js";

/** @typedef {import("./math.js").Output} Output */
/** @typedef {Parameters<typeof outcome>[1]} Limits */

/**
 * What the network proposes under the page's settings, best first.
 * @param {Output} output
 * @param {Limits} limits
 */
function proposalsOf(output, limits) {
  return outcome(output, limits).proposals.map((position) => ({
    score: output.scores[position] ?? NaN,
    box: boxAt(output.boxes, position),
    anchor: output.anchorOf[position] ?? 0,
  }));
}

/** @param {Output} output @param {Limits} limits */
export function toCsv(output, limits) {
  const rows = proposalsOf(output, limits);
  const column = (/** @type {number} */ i) => rows.map(({ box }) => box[i] ?? NaN);
  return csvOf(
    ["x1", "y1", "x2", "y2", "objectness", "anchor"],
    [column(0), column(1), column(2), column(3), rows.map((row) => row.score), rows.map((row) => row.anchor)],
  );
}

/**
 * As COCO results of the one class “object”.
 * @param {Output} output
 * @param {Limits} limits
 * @param {string} image
 */
export const toCoco = (output, limits, image) =>
  JSON.stringify(
    proposalsOf(output, limits).map(({ box: [x1, y1, x2, y2], score }) => ({
      image_id: image,
      category_id: 1,
      bbox: [x1, y1, x2 - x1, y2 - y1],
      score,
    })),
    null,
    1,
  );
