/** A picture of a visitor's file as the `nms` page shows it, and how its scores are read. No DOM here. */

import { t } from "../../core/i18n.js";
import { readScore } from "./reading.js";

/** @typedef {import("./cases.js").Problem} Problem */
/** @typedef {import("./reading.js").Shown} Shown */
/** @typedef {import("./reading.js").ScoreKind} ScoreKind */

const MOST_STRETCHED = 5; // times longer than high, or higher than long; thinner scenes get room around them
const ROOM = 0.02; // of the frame's sides, where it goes beyond the picture
const SQUARE = 640; // shares of a picture whose size nobody tells are drawn on a square of this side

/**
 * The smallest and largest of every second number.
 * @param {ArrayLike<number>} boxes
 * @param {number} from
 * @returns {[number, number]}
 */
function extent(boxes, from) {
  let [low, high] = [0, 0];
  for (let i = from; i < boxes.length; i += 2) {
    low = Math.min(low, boxes[i] ?? 0);
    high = Math.max(high, boxes[i] ?? 0);
  }
  return [low, high];
}

/**
 * A side of the frame, no shorter than a fifth of the other.
 * @param {number} low
 * @param {number} high
 * @param {number} other
 */
function widened(low, high, other) {
  const missing = Math.max(0, other / MOST_STRETCHED - (high - low)) / 2;
  return { start: low - missing, length: high - low + 2 * missing };
}

/**
 * What is to be seen: the picture and every box, also beyond the picture.
 * @param {{width: number, height: number, boxes: ArrayLike<number>, truths: ArrayLike<number>}} problem
 * @returns {{x: number, y: number, width: number, height: number} | null} null where the picture holds all
 */
export function frameOf({ width, height, boxes, truths }) {
  const [left, right, top, bottom] = [
    Math.min(extent(boxes, 0)[0], extent(truths, 0)[0]),
    Math.max(width, extent(boxes, 0)[1], extent(truths, 0)[1]),
    Math.min(extent(boxes, 1)[0], extent(truths, 1)[0]),
    Math.max(height, extent(boxes, 1)[1], extent(truths, 1)[1]),
  ];
  const x = widened(left, right, bottom - top);
  const y = widened(top, bottom, right - left);
  if (x.start === 0 && y.start === 0 && x.length === width && y.length === height) return null;
  const [roomX, roomY] = [x.length * ROOM, y.length * ROOM];
  return {
    x: x.start - roomX,
    y: y.start - roomY,
    width: x.length + 2 * roomX,
    height: y.length + 2 * roomY,
  };
}

/**
 * The picture's sides: as told, else as far as the boxes reach.
 * @param {Shown} shown
 * @returns {[number, number]}
 */
function sidesOf({ width, height, boxes, truths }) {
  if (width && height) return [width, height];
  const side = (/** @type {number} */ from) => Math.max(extent(boxes, from)[1], extent(truths, from)[1]);
  const [right, bottom] = [side(0), side(1)];
  // Shares of the sides, or nothing at all: one unit.
  return right <= 1 && bottom <= 1 ? [1, 1] : [Math.ceil(right) || 1, Math.ceil(bottom) || 1];
}

/**
 * @param {Shown} shown
 * @param {import("./reading.js").Opened} opened
 * @param {CanvasImageSource | null} image
 * @returns {Problem}
 */
export function problemOf(shown, { classes }, image) {
  const scale = shown.needsSize ? SQUARE : 1;
  const scaled = (/** @type {Float64Array} */ boxes) => boxes.map((value) => value * scale);
  const [width, height] = shown.needsSize ? [SQUARE, SQUARE] : sidesOf(shown);
  const { scores, labels, truthLabels, id, name } = shown;
  const problem = {
    image,
    width,
    height,
    scores,
    labels,
    truthLabels,
    boxes: scaled(shown.boxes),
    truths: [...scaled(shown.truths)],
    grid: null,
    classes: labels || truthLabels ? classes : null,
    picture: { id, name },
  };
  return { ...problem, frame: frameOf(problem) };
}

/** How scores outside 0 to 1 may be read. @param {[number, number] | null} range @returns {ScoreKind[]} */
export function scoreKinds(range) {
  if (!range || (range[0] >= 0 && range[1] <= 1)) return ["raw"];
  return range[0] >= 0 && range[1] <= 100 ? ["raw", "percent", "logits"] : ["raw", "logits"];
}

/**
 * Where the score threshold's slider begins and ends.
 * @param {[number, number] | null} range
 * @param {ScoreKind} kind
 * @returns {[number, number]}
 */
export function thresholdReach(range, kind) {
  if (!range) return [0, 1];
  const [low, high] = range.map((score) => readScore(score, kind));
  return [Math.min(0, Math.floor(low ?? 0)), Math.max(1, Math.ceil(high ?? 1))];
}

/** A slider's step: about a hundredth of its reach. @param {[number, number]} reach */
export const thresholdStep = ([low, high]) => 10 ** (Math.floor(Math.log10(high - low)) - 2);

/**
 * The threshold for other scores: what hides nothing without having been asked.
 * @param {number} threshold as it is
 * @param {[number, number]} reach
 * @param {boolean} chosen whether the visitor has chosen it for these scores
 */
export function thresholdFor(threshold, [low, high], chosen) {
  if (threshold >= low && threshold <= high && (low === 0 || chosen)) return threshold;
  return low;
}

/**
 * What is said of scores that are no probabilities.
 * @param {[number, number] | null} range
 * @param {ScoreKind} kind
 */
export function scoreWords(range, kind) {
  if (scoreKinds(range).length === 1 || !range) return "";
  const [low, high] = range.map((score) => String(Number(score.toPrecision(4))).replace("-", "−"));
  const values = { low: low ?? "", high: high ?? "" };
  if (kind === "logits")
    return t(
      "The scores, {low} to {high}, are read as logits: the sigmoid makes them probabilities.",
      values,
    );
  if (kind === "percent") return t("The scores, {low} to {high}, are read as percent.", values);
  return t("The scores run from {low} to {high}, beyond 0 to 1, and are shown as they are.", values);
}
