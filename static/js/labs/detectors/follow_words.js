/** What the page says of a detection that is followed, and the box that it would have as another class. */

import { number, sentences, t } from "../../core/i18n.js";
import { overlap } from "../../math/geometry.js";
import { averageGain, centerForm, chainOf, followedOf, startOf } from "./chain.js";
import { boxOf, ownClasses } from "./outcome.js";
import { className, roadName } from "./words.js";

/** @typedef {import("./page.js").Model} Model */
/** @typedef {import("./chain.js").Chain} Chain */
/** @typedef {import("./outcome.js").Detection} Detection */

/**
 * What the followed proposal would be as another class: two stages have a box for each.
 * @param {import("./outcome.js").Output} output
 * @param {Chain} chain
 * @param {number} label
 */
export function askedClass(output, { found }, label) {
  if (!hasBoxes(output, found) || label < 0 || label >= ownClasses(output) || label === found.label)
    return null;
  const box = boxOf(output, "two", found.row, label);
  return { box, name: className(output.classes[label]) };
}

/**
 * Whether a box of each class is known.
 * @param {import("./outcome.js").Output} output
 * @param {Detection} found
 */
export const hasBoxes = (output, { road }) => road === "two" && !output.joined?.two;

/** A class, or the background. @param {import("./outcome.js").Output} output @param {number} label */
export const nameOf = ({ classes }, label) => (label < 0 ? t("background") : className(classes[label]));

/** Where it began. @param {Chain} chain @param {string} name */
function sayStart({ start }, name) {
  const { row, column, map, maps, rows, columns, isAnchor } = start;
  const at = { name, row: row + 1, column: column + 1, map, maps, size: `${rows} × ${columns}` };
  if (maps === 1 && isAnchor) return t("“{name}” began as an anchor on row {row}, column {column}.", at);
  return isAnchor
    ? t("“{name}” began as an anchor on row {row}, column {column} of map {map} of {maps} ({size}).", at)
    : t("“{name}” began without an anchor: in the cell on row {row}, column {column} ({size} cells).", at);
}

/**
 * The RPN's two scores beside the second stage's, and a box of another class.
 * @param {Model} model
 * @param {Chain} chain
 */
function sayClasses({ output, values }, chain) {
  const { found, shares, against } = chain;
  if (!hasBoxes(output, found)) return "";
  const asked = askedClass(output, chain, Number(values.as_class));
  const iou = asked && against ? overlap(asked.box, against.box).iou : null;
  return sentences([
    t("Of the RPN’s 2 scores, “object” is {score}; the second stage gives K + 1 = {count}.", {
      score: number(output.proposalScores[found.row] ?? 0),
      count: shares.length,
    }),
    asked ? sayAsked(asked, iou) : "",
  ]);
}

/**
 * The box of another class, and its IoU with the truth where that is known.
 * @param {NonNullable<ReturnType<typeof askedClass>>} asked
 * @param {number | null} iou
 */
function sayAsked({ name, box }, iou) {
  const values = { name, box: box.map((edge) => number(edge, 0)).join(t(", ")), iou: number(iou ?? 0) };
  return iou === null
    ? t("As “{name}” the same proposal would have the box {box}.", values)
    : t("As “{name}” the same proposal would have the box {box}, IoU with the truth {iou}.", values);
}

/** What the other road has there, and where that began. @param {Model} model @param {Chain} chain */
function sayOther({ output }, { found, other }) {
  if (!other) return "";
  const road = found.road === "one" ? "two" : "one";
  const { row, column, map, maps } = startOf(output, road, other.row);
  const told = {
    road: roadName(road),
    name: className(output.classes[other.label]),
    score: number(other.score),
    row: row + 1,
    column: column + 1,
    map,
    maps,
  };
  return maps === 1
    ? t("{road}: the nearest box says “{name}” {score}; it began on row {row}, column {column}.", told)
    : t(
        "{road}: the nearest box says “{name}” {score}; it began on row {row}, column {column} of map {map} of {maps}.",
        told,
      );
}

/** The sentence under the picture. @param {Model} model @returns {string} */
export function sayFollow(model) {
  const found = followedOf(model);
  if (!found) return t("Nothing is found with this threshold, so there is nothing to follow.");
  const chain = chainOf(model, found);
  const { boxes, against, runnerUp } = chain;
  const name = className(model.output.classes[found.label]);
  const start = sentences([
    sayStart(chain, name),
    runnerUp === null
      ? t("No other class reaches 0.02 there.")
      : t("The runner-up is “{second}”.", { second: nameOf(model.output, runnerUp) }),
  ]);
  if (boxes.length < 3) {
    const ious = against && { from: number(against.iou[0] ?? 0), to: number(against.iou[1] ?? 0) };
    return sentences([
      start,
      ious ? t("One stage moves it once: IoU with the truth {from} → {to}.", ious) : "",
      sayOther(model, chain),
    ]);
  }
  const [from, to] = [centerForm(boxes[1] ?? [0, 0, 0, 0]), centerForm(boxes[2] ?? [0, 0, 0, 0])];
  const moved = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const gain = averageGain(model);
  return sentences([
    start,
    t("The second stage moves its center by {pixels} px.", { pixels: number(moved, 1) }),
    sayClasses(model, chain),
    sayOther(model, chain),
    gain
      ? t("Over all {count} right detections, IoU with the truth: proposal {before}, refined {after}.", {
          count: gain.count,
          before: number(gain.before),
          after: number(gain.after),
        })
      : "",
  ]);
}
