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
 * @property {number} [own] how many of the classes are those of our detectors; without it, all
 * @property {Partial<Record<Road, Joined>>} [joined] networks that go a road in the place of ours
 */
/**
 * @typedef {object} Installed what a network that others trained had before NMS, best first
 * @property {string} network its name
 * @property {string[]} classes
 * @property {{name: string, shapes: number[][]}[]} stages
 * @property {Float32Array} boxes [P, 4], displayed pixels
 * @property {Float32Array} scores [P]
 * @property {Int32Array} labels [P], of its classes
 * @property {Int32Array} rows [P] the anchor, cell or proposal that each came from
 * @property {Float32Array} proposals [R, 4], empty in one stage
 * @property {Int32Array} proposalAnchor [R]
 * @property {Float32Array} starts [P, 4] in one stage, else [R, 4]: the anchor, or the cell where it has none
 * @property {{rows: number, columns: number, each: number, cell_width: number, cell_height: number}[]} levels
 *   its maps, in the order of the places
 * @property {boolean} hasAnchors
 */
/** @typedef {Installed & {places: number[]}} Joined `places` of its classes among the page's */
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

const NO_CLASS = new Set(["__background__", "N/A"]); // what stands in torchvision's lists without a box

/**
 * Our answer with other networks in the place of a road; their classes come after ours.
 * @param {Output} output
 * @param {Partial<Record<Road, Installed>>} others
 * @returns {Output}
 */
export function joined(output, others) {
  const classes = [...output.classes];
  const place = (/** @type {string} */ name) => {
    const known = classes.indexOf(name);
    return known >= 0 || NO_CLASS.has(name) ? known : classes.push(name) - 1;
  };
  const placed = Object.entries(others).map(([road, other]) => [
    road,
    { ...other, places: other.classes.map(place) },
  ]);
  return { ...output, classes, own: output.classes.length, joined: Object.fromEntries(placed) };
}

/** Whether a road's network has a class. @param {Output} output @param {Road} road @param {number} label */
function knows(output, road, label) {
  const other = output.joined?.[road];
  return other ? other.places.includes(label) : label < (output.own ?? output.classes.length);
}

/**
 * The truth as far as a road's network can know it.
 * @param {Output} output
 * @param {Road} road
 * @param {Truth} truth
 * @returns {Truth}
 */
export const knownTo = (output, road, { boxes, labels }) => ({
  boxes,
  labels: labels.map((label) => (knows(output, road, label) ? label : -1)),
});

/** How many classes our own detectors tell apart. @param {Output} output */
export const ownClasses = ({ own, classes }) => own ?? classes.length;

/** What one road's rows hold. @param {Output} output @param {Road} road */
function rowsOf(output, road) {
  const probabilities = road === "one" ? output.oneProbabilities : output.roiProbabilities;
  return { probabilities, count: probabilities.length / (ownClasses(output) + 1) };
}

/**
 * The probabilities of a row, background first.
 * @param {Output} output
 * @param {Road} road
 * @param {number} row
 */
export function probabilitiesOf(output, road, row) {
  const width = ownClasses(output) + 1;
  return rowsOf(output, road).probabilities.subarray(row * width, (row + 1) * width);
}

/**
 * What a row says of each class, the background (-1) first; of another network only what reaches 0.02.
 * @param {Output} output
 * @param {Road} road
 * @param {number} row
 * @returns {{label: number, share: number}[]}
 */
export function sharesOf(output, road, row) {
  const other = output.joined?.[road];
  if (!other) return Array.from(probabilitiesOf(output, road, row), (share, i) => ({ label: i - 1, share }));
  return [...other.rows.keys()].flatMap((i) => {
    const label = other.places[other.labels[i] ?? 0] ?? -1;
    return other.rows[i] === row && label >= 0 ? [{ label, share: other.scores[i] ?? 0 }] : [];
  });
}

/**
 * The proposal of a row. @param {Output} output @param {number} row
 */
export const proposalOf = (output, row) => boxAt((output.joined?.two ?? output).proposals, row);

/**
 * The box that a row has as a class: the same for all in one stage, each its own in two.
 * @param {Output} output
 * @param {Road} road
 * @param {number} row
 * @param {number} label
 */
export const boxOf = (output, road, row, label) =>
  road === "one" ? boxAt(output.oneBoxes, row) : boxAt(output.refined, row * ownClasses(output) + label);

/** The anchor that a row began as. @param {Output} output @param {Road} road @param {number} row */
export function anchorOf(output, road, row) {
  const other = output.joined?.[road];
  if (other) return road === "one" ? row : (other.proposalAnchor[row] ?? 0);
  return (road === "one" ? output.oneAnchor : output.proposalAnchor)[row] ?? 0;
}

/**
 * A box that may be a detection as a class.
 * @typedef {{row: number, score: number, box: [number, number, number, number]}} Candidate
 */
/**
 * Candidates of each class over the threshold, best first.
 * @param {Output} output
 * @param {Road} road
 * @param {Levers} levers
 * @returns {Map<number, Candidate[]>}
 */
function candidatesOf(output, road, levers) {
  const other = output.joined?.[road];
  return other ? candidatesOfOther(other, road, levers) : candidatesOfOurs(output, road, levers);
}

/**
 * @param {Output} output
 * @param {Road} road
 * @param {Levers} levers
 */
function candidatesOfOurs(output, road, { score_threshold, proposals }) {
  const { probabilities, count } = rowsOf(output, road);
  const classes = ownClasses(output);
  const rows = Array.from({ length: road === "one" ? count : Math.min(count, proposals) }, (_, row) => row);
  /** @type {Map<number, Candidate[]>} */
  const found = new Map();
  for (let label = 0; label < classes; label++) {
    const score = (/** @type {number} */ row) => probabilities[row * (classes + 1) + label + 1] ?? 0;
    const likely = rows.filter((row) => score(row) >= score_threshold).sort((a, b) => score(b) - score(a));
    found.set(
      label,
      likely.map((row) => ({ row, score: score(row), box: boxOf(output, road, row, label) })),
    );
  }
  return found;
}

/**
 * @param {Joined} other
 * @param {Road} road
 * @param {Levers} levers
 */
function candidatesOfOther({ boxes, scores, labels, rows, places }, road, { score_threshold, proposals }) {
  /** @type {Map<number, Candidate[]>} */
  const found = new Map();
  scores.forEach((score, i) => {
    const [label, row] = [places[labels[i] ?? 0] ?? -1, rows[i] ?? 0];
    if (score < score_threshold || label < 0 || (road === "two" && row >= proposals)) return;
    const own = found.get(label) ?? [];
    found.set(label, own);
    own.push({ row, score, box: boxAt(boxes, i) });
  });
  return found;
}

/**
 * Detections of one road: NMS of each class by itself, then the best of all.
 * @param {Output} output
 * @param {Road} road
 * @param {Levers} levers
 * @param {number} [most] detections
 * @returns {Found}
 */
export function detect(output, road, levers, most = MOST) {
  /** @type {Detection[]} */
  const found = [];
  let entered = 0;
  for (const [label, likely] of candidatesOf(output, road, levers)) {
    entered += likely.length;
    const boxes = Float32Array.from(likely.flatMap(({ box }) => box));
    const { kept } = greedyNms(boxes, [...likely.keys()], levers.iou_threshold);
    for (const index of kept) {
      const { row = 0, score = 0 } = likely[index] ?? {};
      found.push({ road, row, label, score, box: boxAt(boxes, index) });
    }
  }
  const suppressed = entered - found.length;
  const detections = found.sort((a, b) => b.score - a.score).slice(0, most);
  return { detections, entered, suppressed };
}

/** The best guess where nothing is over the threshold. @param {Output} output @param {Road} road */
export function bestGuess(output, road) {
  /** @type {Detection | null} */
  let best = null;
  for (const [label, [first]] of candidatesOf(output, road, {
    score_threshold: 0,
    iou_threshold: 1,
    proposals: 300,
  }))
    if (first && first.score > (best?.score ?? 0)) best = { road, label, ...first };
  return best;
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
