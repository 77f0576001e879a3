/**
 * The files that a visitor opens together, read as one set of pictures with boxes, scores, ground
 * truth and classes; and one picture of it as the page shows it. No DOM here.
 */

import { number, sentences, t } from "../../core/i18n.js";
import { Unreadable } from "../../core/files/json_file.js";
import { documentOf, formOf } from "./forms.js";
import { Gathering } from "./gathering.js";
import { BOX_ORDERS } from "./rows.js";

/** @typedef {import("./gathering.js").Class} Class */
/** @typedef {import("./gathering.js").Entry} Entry */
/** @typedef {import("./gathering.js").Id} Id */
/** @typedef {import("./rows.js").BoxOrder} BoxOrder */
/** @typedef {"raw" | "logits" | "percent"} ScoreKind */
/**
 * @typedef {object} Opened what the page knows of a set
 * @property {string} form "COCO results"
 * @property {string[]} files names
 * @property {{name: string, boxes: number, truths: number}[]} pictures those with boxes first
 * @property {Class[]} classes
 * @property {string[]} notes sentences about what was read how
 * @property {BoxOrder | null} order how four numbers were read, where the form leaves room for doubt
 * @property {[number, number] | null} range of the scores; null where there are none
 */
/**
 * @typedef {object} Shown one picture of it
 * @property {Id | null} id
 * @property {string} name
 * @property {number | null} width null where no file and nobody tells it
 * @property {number | null} height
 * @property {Float64Array} boxes
 * @property {Float64Array} scores
 * @property {Int32Array | null} labels
 * @property {Float64Array} truths
 * @property {Int32Array | null} truthLabels null where they have no class in common with the boxes
 * @property {boolean} needsSize whether its boxes are shares of a size that is not known
 * @property {string[]} notes
 */
/**
 * @typedef {{gathering: Gathering, opened: Opened, common: boolean}} ReadSet `common`: boxes and ground
 *   truth share a class
 */

export const MOST_BOXES = 6000; // of one picture; the server takes no more

/**
 * @param {{name: string, text: string}[]} files
 * @param {{order?: BoxOrder | null, onProgress?: (share: number) => void}} [how] `order` in place of the
 *   forms' own
 * @returns {ReadSet}
 * @throws {Unreadable} with the reason, and the file's name where there are several
 */
export function readFiles(files, { order = null, onProgress = () => {} } = {}) {
  const gathering = new Gathering();
  /** @type {Set<string>} */ const titles = new Set();
  /** @type {BoxOrder | null} */ let used = null;
  for (const [index, { name, text }] of files.entries()) {
    try {
      const document = documentOf(name, text);
      const form = formOf(document);
      titles.add(form.title());
      if (form.order) used = order ?? form.order;
      gathering.begin();
      form.read({
        ...document,
        gathering,
        order: order ?? form.order ?? "xyxy",
        onProgress: (share) => onProgress((index + share) / files.length),
      });
    } catch (error) {
      if (!(error instanceof Unreadable) || files.length === 1) throw error;
      throw new Unreadable(t("“{file}”: {reason}", { file: name, reason: error.message }));
    }
  }
  if (files.length > 1) joinTheOnlyTwo(gathering);
  const { pictures } = gathering;
  if (!pictures.some(({ found, truth }) => found.labels.length || truth.labels.length)) {
    if (gathering.leftOut.size)
      throw new Unreadable(
        sentences([t("This file has no box that can be shown."), ...leftOutWords(gathering.leftOut)]),
      );
    throw new Unreadable(
      t("The form “{form}” is recognized, but there is no box in it.", { form: [...titles].join(t(", ")) }),
    );
  }
  // Those with boxes first; `sort` keeps their order.
  pictures.sort((a, b) => Number(b.found.labels.length > 0) - Number(a.found.labels.length > 0));
  const opened = {
    form: [...titles].join(t(", ")),
    files: files.map(({ name }) => name),
    pictures: pictures.map((entry, i) => ({
      name: titleOf(entry, i),
      boxes: entry.found.labels.length,
      truths: entry.truth.labels.length,
    })),
    classes: gathering.classes,
    notes: notesOf(gathering, used),
    order: used,
    range: rangeOf(pictures),
  };
  return { gathering, opened, common: haveCommonClass(pictures) };
}

/** What a picture is called: its file, or its id. @param {Entry} entry @param {number} index */
const titleOf = ({ name, id }, index) =>
  name || (typeof id === "string" ? id : t("picture {id}", { id: id ?? index + 1 }));

/**
 * One picture with boxes and one with ground truth are the same, whatever their files are called.
 * @param {Gathering} gathering
 */
function joinTheOnlyTwo({ pictures }) {
  const [a, b] = pictures;
  if (pictures.length !== 2 || !a || !b) return;
  const isFound = (/** @type {Entry} */ one) => one.found.labels.length > 0 && !one.truth.labels.length;
  const isTruth = (/** @type {Entry} */ one) => one.truth.labels.length > 0 && !one.found.labels.length;
  const [found, truth] = isFound(a) ? [a, b] : [b, a];
  const apart = [...a.documents].every((document) => !b.documents.has(document));
  if (!isFound(found) || !isTruth(truth) || !apart) return;
  Object.assign(found, {
    truth: truth.truth,
    width: found.width ?? truth.width,
    height: found.height ?? truth.height,
  });
  pictures.splice(pictures.indexOf(truth), 1);
}

/** @param {Entry[]} pictures @returns {[number, number] | null} */
function rangeOf(pictures) {
  let [low, high] = [Infinity, -Infinity];
  for (const { found } of pictures) {
    for (const score of found.scores) {
      if (score < low) low = score;
      if (score > high) high = score;
    }
  }
  return low <= high ? [low, high] : null;
}

/** @param {Gathering} gathering @param {BoxOrder | null} order */
function notesOf({ pictures, leftOut, notes: told }, order) {
  const notes = [...told];
  const count = (/** @type {"found" | "truth"} */ part) =>
    pictures.reduce((sum, entry) => sum + entry[part].labels.length, 0);
  const [found, truth] = [count("found"), count("truth")];
  if (!found) notes.push(t("There are no scores, so the boxes are shown as ground truth."));
  else if (truth && !pictures.some((one) => one.found.labels.length && one.truth.labels.length))
    notes.push(t("Boxes and ground truth are of different pictures."));
  if (order) notes.push(t("Boxes are read as {order}.", { order: BOX_ORDERS[order] }));
  return [...notes, ...leftOutWords(leftOut)];
}

/** @param {Map<string, number>} leftOut */
const leftOutWords = (leftOut) =>
  [...leftOut].map(([sentence, many]) => sentence.replace("{count}", number(many, 0)));

/** Whether a set has scores, ground truth, or both. @param {Opened} opened */
export function kindOf({ pictures }) {
  const [boxes, truths] = [pictures.some((one) => one.boxes), pictures.some((one) => one.truths)];
  return boxes && truths ? "both" : boxes ? "boxes" : "truths";
}

/** Whether some picture has both. @param {Opened} opened */
export const overlaps = ({ pictures }) => pictures.some(({ boxes, truths }) => boxes > 0 && truths > 0);

/** @param {number} score @param {ScoreKind} kind */
export function readScore(score, kind) {
  if (kind === "percent") return score / 100;
  if (kind === "raw") return score;
  // neither overflows
  return score >= 0 ? 1 / (1 + Math.exp(-score)) : Math.exp(score) / (1 + Math.exp(score));
}

/** @param {number[]} boxes @param {number} width @param {number} height */
const stretched = (boxes, width, height) =>
  Float64Array.from(boxes, (value, i) => value * (i % 2 ? height : width));

/**
 * A picture of a set.
 * @param {ReadSet} set
 * @param {number} index of the picture
 * @param {{kind?: ScoreKind, size?: [number, number] | null}} [how] `size`, where the files tell none
 * @returns {Shown}
 */
export function pictureAt({ gathering, common }, index, { kind = "raw", size = null } = {}) {
  const entry = gathering.pictures[index];
  if (!entry) throw new Unreadable(t("There is no picture {number} in this file.", { number: index + 1 }));
  const { found, truth } = entry;
  const [width, height] = entry.width && entry.height ? [entry.width, entry.height] : (size ?? [null, null]);
  const notes = [];
  const all = found.scores.map((score) => readScore(score, kind));
  const best = strongest(all, MOST_BOXES);
  if (best.length < all.length)
    notes.push(
      t("This picture has {all} boxes: the best {most} by score are shown.", {
        all: number(all.length, 0),
        most: number(MOST_BOXES, 0),
      }),
    );
  const truths = Array.from({ length: Math.min(truth.labels.length, MOST_BOXES) }, (_, i) => i);
  if (truths.length < truth.labels.length)
    notes.push(
      t("This picture has {all} boxes of ground truth: the first {most} are shown.", {
        all: number(truth.labels.length, 0),
        most: number(MOST_BOXES, 0),
      }),
    );
  const placed = (/** @type {import("./gathering.js").Part} */ part, /** @type {number[]} */ which) => {
    const boxes = which.flatMap((i) => part.boxes.slice(i * 4, i * 4 + 4));
    return part.shares ? stretched(boxes, width ?? 1, height ?? 1) : Float64Array.from(boxes);
  };
  const labelsOf = (/** @type {number[]} */ labels, /** @type {number[]} */ which) =>
    labels.some((label) => label >= 0) ? Int32Array.from(which, (i) => labels[i] ?? -1) : null;
  return {
    id: entry.id,
    name: titleOf(entry, index),
    width,
    height,
    notes,
    labels: labelsOf(found.labels, best),
    truthLabels: common ? labelsOf(truth.labels, truths) : null,
    boxes: placed(found, best),
    scores: Float64Array.from(best, (i) => all[i] ?? NaN),
    truths: placed(truth, truths),
    needsSize: (found.shares || truth.shares) && width === null,
  };
}

/** Places of the highest scores, in the order of the file. @param {number[]} scores @param {number} most */
function strongest(scores, most) {
  const all = scores.map((_, i) => i);
  if (all.length <= most) return all;
  return all
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
}

/**
 * Whether boxes and ground truth have any class in common; only then can a class be right or wrong.
 * @param {Entry[]} pictures
 */
function haveCommonClass(pictures) {
  const found = new Set(pictures.flatMap((one) => [...new Set(one.found.labels)]));
  return (
    !found.size || pictures.some(({ truth }) => truth.labels.some((label) => label >= 0 && found.has(label)))
  );
}
