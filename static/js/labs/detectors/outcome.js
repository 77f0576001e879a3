/** What both detectors find under the page's thresholds, and what is right about it. No DOM here. */

import { boxAt, overlap } from "../../math/geometry.js";
import { greedyNms } from "../../math/nms.js";

/** @typedef {"one" | "two"} Road */
/**
 * @typedef {object} Output the server's answer
 * @property {string[]} classes without the background
 * @property {Float32Array} anchors [A, 4], displayed pixels
 * @property {Int32Array} oneAnchor [P]
 * @property {Float32Array} oneBoxes [P, 4]
 * @property {Float32Array} oneProbabilities [P, C + 1], background first
 * @property {Float32Array} proposals [R, 4], best first
 * @property {Int32Array} proposalAnchor [R]
 * @property {Float32Array} proposalScores [R]
 * @property {Float32Array} roiProbabilities [R, C + 1]
 * @property {Float32Array} refined [R, C, 4]
 * @property {any} header
 */
/**
 * @typedef {object} Detection
 * @property {Road} road
 * @property {number} row of the answer: a candidate of the one stage, or a proposal
 * @property {number} label
 * @property {number} score
 * @property {[number, number, number, number]} box
 */
/**
 * @typedef {object} Found
 * @property {Detection[]} detections best first
 * @property {number} entered boxes of all classes that are over the threshold, before NMS
 * @property {number} suppressed
 */
/** @typedef {{score_threshold: number, iou_threshold: number, proposals: number}} Levers */

const MOST = 100; // detections of a picture
export const MATCH = 0.5; // IoU from which two boxes mean the same object

/** The arrays of an answer by their names here. @param {any} answer @returns {Output} */
export function outputOf({ header, arrays }) {
  return {
    header,
    classes: header.classes,
    anchors: arrays.anchors,
    oneAnchor: arrays.one_anchor,
    oneBoxes: arrays.one_boxes,
    oneProbabilities: arrays.one_probabilities,
    proposals: arrays.proposals,
    proposalAnchor: arrays.proposal_anchor,
    proposalScores: arrays.proposal_scores,
    roiProbabilities: arrays.roi_probabilities,
    refined: arrays.refined,
  };
}

/** What one road's rows hold. @param {Output} output @param {Road} road */
function rowsOf(output, road) {
  const probabilities = road === "one" ? output.oneProbabilities : output.roiProbabilities;
  return { probabilities, count: probabilities.length / (output.classes.length + 1) };
}

/**
 * The probabilities of a row, background first.
 * @param {Output} output
 * @param {Road} road
 * @param {number} row
 */
export function probabilitiesOf(output, road, row) {
  const width = output.classes.length + 1;
  return rowsOf(output, road).probabilities.subarray(row * width, (row + 1) * width);
}

/**
 * The box that a row has as a class: the same for all in one stage, each its own in two.
 * @param {Output} output
 * @param {Road} road
 * @param {number} row
 * @param {number} label
 */
export const boxOf = (output, road, row, label) =>
  road === "one" ? boxAt(output.oneBoxes, row) : boxAt(output.refined, row * output.classes.length + label);

/** The anchor that a row began as. @param {Output} output @param {Road} road @param {number} row */
export const anchorOf = (output, road, row) =>
  (road === "one" ? output.oneAnchor : output.proposalAnchor)[row] ?? 0;

/**
 * Detections of one road: NMS of each class by itself, then the best of all.
 * @param {Output} output
 * @param {Road} road
 * @param {Levers} levers
 * @param {number} [most] detections
 * @returns {Found}
 */
export function detect(output, road, { score_threshold, iou_threshold, proposals }, most = MOST) {
  const { probabilities, count } = rowsOf(output, road);
  const classes = output.classes.length;
  const rows = road === "one" ? count : Math.min(count, proposals);
  const found = [];
  let entered = 0;
  for (let label = 0; label < classes; label++) {
    const score = (/** @type {number} */ row) => probabilities[row * (classes + 1) + label + 1] ?? 0;
    const likely = Array.from({ length: rows }, (_, row) => row)
      .filter((row) => score(row) >= score_threshold)
      .sort((a, b) => score(b) - score(a));
    entered += likely.length;
    const boxes = Float32Array.from(likely.flatMap((row) => boxOf(output, road, row, label)));
    const { kept } = greedyNms(boxes, [...likely.keys()], iou_threshold);
    for (const index of kept) {
      const row = likely[index] ?? 0;
      found.push({ road, row, label, score: score(row), box: boxAt(boxes, index) });
    }
  }
  const suppressed = entered - found.length;
  const detections = found.sort((a, b) => b.score - a.score).slice(0, most);
  return { detections, entered, suppressed };
}

/** The best guess where nothing is over the threshold. @param {Output} output @param {Road} road */
export function bestGuess(output, road) {
  const [best] = detect(output, road, { score_threshold: 0, iou_threshold: 1, proposals: 300 }).detections;
  return best ?? null;
}

// --- One road against the other -------------------------------------------------------------------------

/**
 * @typedef {object} Difference
 * @property {[Detection, Detection][]} both the same object, of the same class
 * @property {[Detection, Detection][]} named the same place, but another class
 * @property {Detection[]} onlyOne
 * @property {Detection[]} onlyTwo
 */
/**
 * Pairs of detections of the two roads that mean the same object: the closest first, those of one class
 * before the others.
 * @param {readonly Detection[]} one
 * @param {readonly Detection[]} two
 * @returns {Difference}
 */
export function difference(one, two) {
  const pairs = one.flatMap((a) =>
    two.map((b) => ({ a, b, iou: overlap(a.box, b.box).iou, same: a.label === b.label })),
  );
  const close = pairs.filter(({ iou }) => iou >= MATCH);
  close.sort((p, q) => Number(q.same) - Number(p.same) || q.iou - p.iou);
  /** @type {Set<Detection>} */
  const taken = new Set();
  /** @type {Difference} */
  const result = { both: [], named: [], onlyOne: [], onlyTwo: [] };
  for (const { a, b, same } of close) {
    if (taken.has(a) || taken.has(b)) continue;
    taken.add(a).add(b);
    (same ? result.both : result.named).push([a, b]);
  }
  result.onlyOne = one.filter((found) => !taken.has(found));
  result.onlyTwo = two.filter((found) => !taken.has(found));
  return result;
}

// --- Against the truth ----------------------------------------------------------------------------------

/** @typedef {"right" | "class" | "placed" | "twice" | "both" | "background"} Verdict */
/** @typedef {{boxes: number[][], labels: number[]}} Truth `labels` are -1 for what no detector here knows */
/**
 * @typedef {object} Judged
 * @property {Verdict[]} verdicts of the detections, in their order
 * @property {number[]} missed truths that are found by none
 * @property {number} known truths of a class that the detectors know
 * @property {Record<Verdict, number>} counts
 */
const TOUCHING = 0.1; // IoU below which a box has nothing to do with an object

/** @type {Verdict[]} */
export const VERDICTS = ["right", "class", "placed", "twice", "both", "background"];

/**
 * What is right about detections, and what kind of wrong the others are (Bolya, Foley, Hays and Hoffman,
 * 2020, TIDE, section 2.2).
 * @param {readonly Detection[]} detections best first
 * @param {Truth} truth
 * @returns {Judged}
 */
export function judge(detections, truth) {
  /** @type {Set<number>} */
  const taken = new Set();
  const verdicts = detections.map((found) => verdictOf(found, truth, taken));
  const known = truth.labels.flatMap((label, i) => (label >= 0 ? [i] : []));
  const counts = /** @type {Record<Verdict, number>} */ ({});
  for (const name of VERDICTS) counts[name] = verdicts.filter((one) => one === name).length;
  return { verdicts, missed: known.filter((i) => !taken.has(i)), known: known.length, counts };
}

/**
 * @param {Detection} found
 * @param {Truth} truth
 * @param {Set<number>} taken truths that a better detection has found; this one's is added
 * @returns {Verdict}
 */
function verdictOf({ box, label }, { boxes, labels }, taken) {
  let [own, other] = [0, 0];
  let [free, freeIou] = [-1, 0];
  boxes.forEach((true_, i) => {
    const { iou } = overlap(box, true_);
    if (labels[i] !== label) other = Math.max(other, iou);
    else {
      own = Math.max(own, iou);
      if (!taken.has(i) && iou > freeIou) [free, freeIou] = [i, iou];
    }
  });
  if (freeIou >= MATCH) {
    taken.add(free);
    return "right";
  }
  if (own >= MATCH) return "twice";
  if (other >= MATCH) return "class";
  if (own >= TOUCHING) return "placed";
  return other >= TOUCHING ? "both" : "background";
}

/**
 * Shares of detections that are wrong and of objects that are missed.
 * @param {Judged} judged
 */
export function rates({ verdicts, missed, known, counts }) {
  const wrong = verdicts.length - counts.right;
  return {
    error: verdicts.length ? wrong / verdicts.length : 0,
    miss: known ? missed.length / known : 0,
  };
}
