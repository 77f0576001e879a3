/** The boxes as files. No DOM here. */

import { boxAt } from "../../math/geometry.js";
import { className } from "./names.js";

/** @typedef {import("./cases.js").Problem} Problem */

/** Without the last digits, which adding and subtracting has made up. @param {number} value */
const tidy = (value) => Number(value.toPrecision(12));

// An id beyond 2^53 is kept as the text of its digits; it is written as the number that it was.
const LONG_ID = /("(?:image|category)_id": )"(-?[1-9]\d{15,})"/g;

/**
 * The class as its file writes it, with its name if it has one.
 * @param {Problem} problem
 * @param {number} index
 */
function categoryOf({ labels, classes }, index) {
  const label = labels?.[index] ?? -1;
  const known = classes?.[label];
  if (!known) return { category_id: label < 0 ? 1 : label };
  return known.name && known.name !== known.id
    ? { category_id: known.id, category_name: known.name }
    : { category_id: known.id };
}

/**
 * COCO results: what was kept, best first, with the ids of the file that it came from.
 * @param {Problem} problem
 * @param {number[]} kept
 * @param {(index: number) => number} scoreOf
 */
export function toCoco(problem, kept, scoreOf) {
  const rows = kept.map((index) => {
    const [x1, y1, x2, y2] = boxAt(problem.boxes, index);
    return {
      image_id: problem.picture?.id ?? problem.picture?.name ?? 1,
      ...categoryOf(problem, index),
      bbox: [x1, y1, tidy(x2 - x1), tidy(y2 - y1)],
      score: scoreOf(index),
    };
  });
  return JSON.stringify(rows, null, 1).replace(LONG_ID, (all, key, digits) =>
    Number.isSafeInteger(Number(digits)) ? all : key + digits,
  );
}

/** A class in a CSV's cell. @param {Problem} problem @param {number} index */
function classCell(problem, index) {
  const label = problem.labels?.[index] ?? -1;
  if (label < 0) return "";
  const name = className(problem, label);
  return /[",\r\n]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name;
}

/**
 * Every box that took part, with its fate.
 * @param {Problem} problem
 * @param {import("./result.js").Result} result
 * @param {(index: number) => number} scoreOf
 */
export function toCsv(problem, result, scoreOf) {
  const kept = new Set(result.kept);
  const rows = result.takingPart.map((index) => {
    const by = result.suppressor[index] ?? -1;
    const fate = kept.has(index) ? "kept" : "suppressed";
    const cells = [index + 1, ...boxAt(problem.boxes, index), problem.scores[index] ?? 0, scoreOf(index)];
    return [...cells, classCell(problem, index), fate, by < 0 ? "" : by + 1].join(",");
  });
  return ["box,x1,y1,x2,y2,score,score_after,class,fate,suppressed_by", ...rows, ""].join("\r\n");
}
