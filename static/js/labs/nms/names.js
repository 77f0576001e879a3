/** What boxes, classes and pictures are called on the `nms` page. No DOM here. */

import { t } from "../../core/i18n.js";

/** @typedef {import("./cases.js").Problem} Problem */

/** A class's name: as the file tells it, else its id. @param {Problem} problem @param {number} label */
export function className({ classes }, label) {
  const { name, id } = classes?.[label] ?? { name: "", id: label };
  return name || String(id);
}

/**
 * A box in a sentence: its number, and its class where a file tells more than one.
 * @param {Problem} problem
 * @param {number} index
 */
export function boxName(problem, index) {
  const { classes, labels } = problem;
  const label = labels?.[index] ?? -1;
  const known = classes?.[label];
  if (!classes || !known) return String(index + 1);
  if (known.name) return t("{number} “{name}”", { number: index + 1, name: known.name });
  return classes.length > 1
    ? t("{number} (class {id})", { number: index + 1, id: known.id })
    : String(index + 1);
}

/**
 * Whether a box may have found a truth: not if both have classes, and other ones.
 * @param {Problem} problem
 */
export function sameClass({ labels, truthLabels }) {
  return (/** @type {number} */ box, /** @type {number} */ truth) => {
    const [a, b] = [labels?.[box] ?? -1, truthLabels?.[truth] ?? -1];
    return a < 0 || b < 0 || a === b;
  };
}
