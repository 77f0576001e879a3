/**
 * What is gathered from the files that a visitor opens together: pictures, their boxes with scores,
 * their ground truth, and one list of classes. No DOM here.
 */

import { t } from "../../core/i18n.js";
import { Register } from "./register.js";
import { numberOf } from "./rows.js";

/** @typedef {import("./register.js").Id} Id */
/**
 * @typedef {{id: Id, name: string, label: number}} Class id as the file writes it; name "" where none is
 *   told; place in the list
 */
/**
 * @typedef {object} Part boxes of one picture, all of one kind
 * @property {number[]} boxes flat x1, y1, x2, y2
 * @property {number[]} scores of ground truth, none
 * @property {number[]} labels places in the list of classes; -1 where no class is told
 * @property {boolean} shares whether the boxes are shares of the picture's sides
 */
/**
 * @typedef {object} Entry a picture
 * @property {Id | null} id
 * @property {string} name
 * @property {number | null} width
 * @property {number | null} height
 * @property {Part} found boxes with scores
 * @property {Part} truth
 * @property {Set<number>} documents that tell of it
 */

/** @returns {Part} */
const noBoxes = () => ({ boxes: [], scores: [], labels: [], shares: false });

/** A file's name without its folders and its ending. @param {string} name */
export const stemOf = (name) => (name.split(/[\\/]/).at(-1) ?? "").replace(/\.[^.]+$/, "");

/** The folders of a path, without “.” and “..”. @param {string} name */
const foldersOf = (name) =>
  name
    .split(/[\\/]/)
    .slice(0, -1)
    .filter((folder) => folder && folder !== "." && folder !== "..");

/**
 * Whether two paths may be of one file: the folders of one end with those of the other.
 * @param {string} a
 * @param {string} b
 */
function foldersAgree(a, b) {
  const [short = [], long = []] = [foldersOf(a), foldersOf(b)].sort(
    (one, other) => one.length - other.length,
  );
  return short.every((folder, i) => folder === long[long.length - short.length + i]);
}

export class Gathering {
  constructor() {
    /** @type {Entry[]} */
    this.pictures = [];
    /** @type {Class[]} */
    this.classes = [];
    /** @type {Map<string, number>} how many were left out, by the sentence that tells it */
    this.leftOut = new Map();
    /** @type {Set<string>} sentences on how a file was read */
    this.notes = new Set();
    this.document = -1;
    /** @type {Register<Entry>} */
    this.pictureRegister = new Register(stemOf, foldersAgree);
    /** @type {Register<Class>} */
    this.classRegister = new Register();
  }

  /** Another file is read. */
  begin() {
    this.document += 1;
    this.pictureRegister.begin();
    this.classRegister.begin();
  }

  /**
   * Ids that this file will tell of, before its rows are read.
   * @param {{pictures?: Iterable<unknown>, classes?: Iterable<unknown>}} ids
   */
  announce({ pictures = [], classes = [] }) {
    this.pictureRegister.announce(pictures);
    this.classRegister.announce(classes);
  }

  /**
   * The picture of an id or a name; one that another file has told of is the same.
   * @param {{id?: Id | null, name?: string, width?: number | null, height?: number | null}} told
   * @returns {Entry}
   */
  picture({ id = null, name = "", width = null, height = null }) {
    const entry = this.pictureRegister.find(id, name, () => {
      const added = { id, name, width, height, found: noBoxes(), truth: noBoxes(), documents: new Set() };
      this.pictures.push(added);
      return added;
    });
    entry.documents.add(this.document);
    entry.id ??= id;
    entry.width ??= width;
    entry.height ??= height;
    return entry;
  }

  /**
   * The place of a class in the list.
   * @param {Id | null} id
   * @param {string} [name]
   */
  classOf(id, name = "") {
    return this.classRegister.find(id, name, () => {
      const added = { id: id ?? name, name, label: this.classes.length };
      this.classes.push(added);
      return added;
    }).label;
  }

  /**
   * @param {Entry} picture
   * @param {number[]} corners
   * @param {number | null} score null for ground truth
   * @param {number} label -1 where no class is told
   */
  add(picture, corners, score, label) {
    const part = score === null ? picture.truth : picture.found;
    part.boxes.push(...corners);
    if (score !== null) part.scores.push(score);
    part.labels.push(label);
  }

  /** How a file was read, where it could be read otherwise. @param {string} sentence */
  note(sentence) {
    this.notes.add(sentence);
  }

  /**
   * Something is left out, with the sentence that will tell how many.
   * @param {string} sentence with {count}
   */
  leave(sentence) {
    this.leftOut.set(sentence, (this.leftOut.get(sentence) ?? 0) + 1);
  }
}

/** @param {unknown} value @param {boolean} scored whether the file has scores @param {string} name */
export const scoreOf = (value, scored, name) => (scored ? numberOf(value, name) : null);

/** @param {number} index */
export const rowPlace = (index) => t("Row {row}", { row: index + 1 });
