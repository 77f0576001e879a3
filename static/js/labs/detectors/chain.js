/** How one detection came about: anchor, proposal, refined box, with what is true of each. No DOM here. */

import { boxAt, overlap } from "../../math/geometry.js";
import { anchorOf, boxOf, ownClasses, proposalOf, sharesOf } from "./outcome.js";

/** @typedef {import("./page.js").Model} Model */
/** @typedef {import("./outcome.js").Detection} Detection */
/** @typedef {import("./outcome.js").Output} Output */
/** @typedef {[number, number, number, number]} Box */

/**
 * @typedef {object} Chain
 * @property {Detection} found
 * @property {Start} start
 * @property {Box[]} boxes where it began, proposal (two stages only), final box
 * @property {{label: number, share: number}[]} shares of each class; -1 is the background
 * @property {number | null} runnerUp the class with the second highest probability; null where none is told
 * @property {{truth: number, box: number[], iou: number[]} | null} against the object it overlaps most, and
 *   the IoU of each of the boxes with it
 * @property {Other | null} other the other road's box nearest to it
 */
/** @typedef {{row: number, label: number, box: Box, score: number, iou: number, anchor: number}} Other */
/**
 * @typedef {object} Start the place where a detection began
 * @property {Box} box the anchor, or the cell where a network has no anchors
 * @property {boolean} isAnchor
 * @property {Box} cell
 * @property {number} row of the cell in its map
 * @property {number} column
 * @property {number} rows
 * @property {number} columns
 * @property {number} map which one, from 1
 * @property {number} maps
 * @property {number} first the first default box of the cell
 * @property {number} count of them; 0 where they are not known
 */

/** The followed detection: the one that the address names, or the best. @param {Model} model */
export function followedOf({ one, two, values }) {
  const { followed, row, label } = values;
  const of = followed === "one" ? one : two;
  const other = followed === "one" ? two : one;
  const named = of.detections.find((found) => found.row === row && found.label === label);
  return named ?? of.detections[0] ?? other.detections[0] ?? null;
}

/** @param {Model} model @param {Detection} found @returns {Chain} */
export function chainOf(model, found) {
  const { output, truth } = model;
  const { road, row, label, box } = found;
  const start = startOf(output, road, row);
  const proposal = road === "two" ? [proposalOf(output, row)] : [];
  const boxes = [start.box, ...proposal, box];
  const shares = sharesOf(output, road, row);
  const others = shares.filter((one) => one.label !== label).sort((a, b) => b.share - a.share);
  return {
    found,
    start,
    boxes,
    shares,
    runnerUp: others[0]?.label ?? null,
    against: truth && nearestTruth(truth.boxes, boxes),
    other: nearestOther(model, found),
  };
}

/** @param {number[][]} truths @param {Box[]} boxes */
function nearestTruth(truths, boxes) {
  const last = /** @type {Box} */ (boxes.at(-1));
  let best = { truth: -1, iou: 0 };
  truths.forEach((true_, truth) => {
    const { iou } = overlap(last, true_);
    if (iou > best.iou) best = { truth, iou };
  });
  if (best.truth < 0) return null;
  const true_ = truths[best.truth] ?? [];
  return { truth: best.truth, box: true_, iou: boxes.map((box) => overlap(box, true_).iou) };
}

/**
 * What the other road says there: its row with the highest IoU with the box, and its likeliest class.
 * @param {Model} model
 * @param {Detection} found
 * @returns {Other | null}
 */
function nearestOther({ output, values }, { road, label, box }) {
  const other = road === "one" ? "two" : "one";
  const boxes = (output.joined?.[other] ? boxesOfJoined : boxesOfOurs)(
    output,
    other,
    label,
    values.proposals,
  );
  let best = { row: -1, iou: 0 };
  for (const [row, there] of boxes) {
    const { iou } = overlap(there, box);
    if (iou > best.iou) best = { row, iou };
  }
  if (best.row < 0) return null;
  const top = sharesOf(output, other, best.row)
    .filter((one) => one.label >= 0)
    .reduce((a, b) => (b.share > a.share ? b : a));
  return {
    ...best,
    label: top.label,
    box: boxAs(output, other, best.row, top.label),
    score: top.share,
    anchor: anchorOf(output, other, best.row),
  };
}

/**
 * Each row of our answer with its box as a class, or as a proposal where the class is not ours.
 * @param {Output} output
 * @param {import("./outcome.js").Road} road
 * @param {number} label
 * @param {number} proposals
 * @returns {Iterable<[number, Box]>}
 */
function* boxesOfOurs(output, road, label, proposals) {
  const rows = road === "one" ? output.oneAnchor.length : Math.min(output.proposalAnchor.length, proposals);
  const named = road === "one" || label < ownClasses(output);
  for (let row = 0; row < rows; row++)
    yield [row, named ? boxOf(output, road, row, label) : proposalOf(output, row)];
}

/**
 * Each box of a network that others trained, with its row.
 * @param {Output} output
 * @param {import("./outcome.js").Road} road
 * @param {number} _label
 * @param {number} proposals
 * @returns {Iterable<[number, Box]>}
 */
function* boxesOfJoined(output, road, _label, proposals) {
  const other = output.joined?.[road];
  for (const [i, row] of other?.rows.entries() ?? []) {
    const known = (other?.places[other.labels[i] ?? 0] ?? -1) >= 0;
    if (other && known && (road === "one" || row < proposals)) yield [row, boxAt(other.boxes, i)];
  }
}

/**
 * The box of a row as a class that its network knows.
 * @param {Output} output
 * @param {import("./outcome.js").Road} road
 * @param {number} row
 * @param {number} label
 */
function boxAs(output, road, row, label) {
  const other = output.joined?.[road];
  if (!other) return boxOf(output, road, row, label);
  const at = other.rows.findIndex((own, i) => own === row && other.places[other.labels[i] ?? 0] === label);
  return boxAt(other.boxes, at);
}

/**
 * Where a row of a road began.
 * @param {Output} output
 * @param {import("./outcome.js").Road} road
 * @param {number} row
 * @returns {Start}
 */
export function startOf(output, road, row) {
  const place = anchorOf(output, road, row);
  const other = output.joined?.[road];
  if (!other) {
    const [, rows, columns] = output.header.feature_map;
    const { box: cell, ...at } = cellOf(output, place);
    return { ...at, box: boxAt(output.anchors, place), isAnchor: true, cell, rows, columns, map: 1, maps: 1 };
  }
  const box = boxAt(other.starts, road === "two" ? row : other.rows.indexOf(row));
  return { ...placeAmong(other.levels, place), box, isAnchor: other.hasAnchors, first: 0, count: 0 };
}

/**
 * The cell of a place of several maps.
 * @param {import("./outcome.js").Installed["levels"]} levels
 * @param {number} place
 */
export function placeAmong(levels, place) {
  let [map, left] = [0, place];
  const countOf = (/** @type {number} */ i) => {
    const { rows = 0, columns = 0, each = 0 } = levels[i] ?? {};
    return rows * columns * each;
  };
  while (map < levels.length - 1 && left >= countOf(map)) left -= countOf(map++);
  const { rows = 1, columns = 1, each = 1, cell_width: w = 0, cell_height: h = 0 } = levels[map] ?? {};
  const cell = Math.floor(left / each);
  const [row, column] = [Math.floor(cell / columns), cell % columns];
  const box = /** @type {Box} */ ([column * w, row * h, (column + 1) * w, (row + 1) * h]);
  return { row, column, rows, columns, map: map + 1, maps: levels.length, cell: box };
}

/** Where an anchor stands. @param {Output} output @param {number} anchor */
export function cellOf({ header }, anchor) {
  const { feature_map, anchor_shapes, image } = header;
  const [, rows, columns] = feature_map;
  const k = anchor_shapes.scales.length * anchor_shapes.ratios.length;
  const cell = Math.floor(anchor / k);
  const [row, column] = [Math.floor(cell / columns), cell % columns];
  const [width, height] = [image.width / columns, image.height / rows];
  return {
    row,
    column,
    first: cell * k,
    count: k,
    box: /** @type {Box} */ ([column * width, row * height, (column + 1) * width, (row + 1) * height]),
  };
}

/** Corners as center, width and height. @param {Box} box @returns {Box} */
export const centerForm = ([x1, y1, x2, y2]) => [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];

/** How far the second stage moves the centers, and what it does to the IoU, over all right detections.
 * @param {Model} model
 */
export function averageGain(model) {
  const { judged, two, truth } = model;
  if (!judged || !truth) return null;
  const right = two.detections.filter((_, i) => judged.two.verdicts[i] === "right");
  const gains = right.flatMap((found) => {
    const { against } = chainOf(model, found);
    return against ? [/** @type {[number, number]} */ ([against.iou[1] ?? 0, against.iou[2] ?? 0])] : [];
  });
  if (!gains.length) return null;
  const mean = (/** @type {0 | 1} */ i) => gains.reduce((sum, gain) => sum + gain[i], 0) / gains.length;
  return { before: mean(0), after: mean(1), count: gains.length };
}
