/** The boxes as files. No DOM here. */

import { boxAt } from "../core/geometry.js";

/** @typedef {import("./nms_cases.js").Problem} Problem */

/**
 * COCO results: what was kept, best first.
 * @param {Problem} problem
 * @param {number[]} kept
 * @param {(index: number) => number} scoreOf
 */
export function toCoco(problem, kept, scoreOf) {
  const rows = kept.map((index) => {
    const [x1, y1, x2, y2] = boxAt(problem.boxes, index);
    return {
      image_id: 1,
      category_id: problem.labels?.[index] ?? 1,
      bbox: [x1, y1, x2 - x1, y2 - y1],
      score: scoreOf(index),
    };
  });
  return JSON.stringify(rows, null, 1);
}

/**
 * Every box that took part, with its fate.
 * @param {Problem} problem
 * @param {import("./nms_result.js").Result} result
 * @param {(index: number) => number} scoreOf
 */
export function toCsv(problem, result, scoreOf) {
  const kept = new Set(result.kept);
  const rows = result.takingPart.map((index) => {
    const by = result.suppressor[index] ?? -1;
    const fate = kept.has(index) ? "kept" : "suppressed";
    const cells = [index + 1, ...boxAt(problem.boxes, index), problem.scores[index] ?? 0, scoreOf(index)];
    return [...cells, problem.labels?.[index] ?? "", fate, by < 0 ? "" : by + 1].join(",");
  });
  return ["box,x1,y1,x2,y2,score,score_after,class,fate,suppressed_by", ...rows, ""].join("\r\n");
}
