/**
 * The visitor's files of boxes: which are open, which of their pictures is on show, and how they are
 * read. Files are read in a worker; of two choices the last one stays. No DOM here.
 */

import { t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { stemOf } from "./gathering.js";
import { decodedImage, plainGround } from "./image.js";
import { startReader } from "./reader.js";
import { kindOf } from "./reading.js";
import { problemOf, thresholdFor, thresholdReach } from "./scene.js";

/** @typedef {import("./cases.js").Problem} Problem */
/** @typedef {import("./reading.js").Opened} Opened */
/** @typedef {{reader: import("./reader.js").Reader, files: File[], opened: Opened, boxesAs: string}} Open */
/**
 * @typedef {{files: File[], boxesAs: string, again: boolean}} Opening `again`: the same files, read
 *   otherwise
 */
/**
 * @typedef {{index: number, kind: any, size: [number, number] | null, image: File | null}} Choice of a
 *   picture
 */
/**
 * @typedef {object} Options
 * @property {import("../../core/state.js").State} state
 * @property {(problem: Problem, edited: boolean) => void} onPicture another picture is there
 * @property {() => void} onChange something of the panel is to be drawn anew
 * @property {(error: unknown) => void} onError
 */

export class FileSession {
  /** @param {Options} options */
  constructor({ state, onPicture, onChange, onError }) {
    this.state = state;
    this.onPicture = onPicture;
    this.onChange = onChange;
    /** @type {Open | null} */
    this.current = null;
    /** @type {number | null} how far reading is, in [0, 1] */
    this.progress = null;
    /** @type {[number, number] | null} of pictures whose size no file tells */
    this.size = null;
    /**
     * @type {Map<string, File>} pictures to lie under the boxes, by a picture's whole name, or by their own
     *   without endings
     */
    this.images = new Map();
    /** @type {Map<number, Problem>} pictures whose boxes were edited by hand, until they are read anew */
    this.edits = new Map();
    this.opens = newest({
      ask: (/** @type {Opening} */ opening, signal) => this.read(opening, signal),
      show: (open, { again }) => this.take(open, again),
      fail: (error, { again }) => {
        this.show(null);
        if (again && this.current) state.set({ boxes_as: this.current.boxesAs });
        onError(error);
      },
      act: true,
    });
    /** Files read again, because what is said of them is said in another language. */
    this.rereads = newest({
      ask: (/** @type {Opening} */ opening, signal) => this.read(opening, signal),
      show: (open) => {
        this.current?.reader.end();
        this.current = open;
        this.progress = null;
        this.want();
      },
      fail: () => this.show(null), // a file that was moved since keeps what was said of it
      act: true,
    });
    this.pictures = newest({
      ask: (/** @type {Choice} */ chosen) => this.fetch(chosen),
      show: (problem, { index }) => this.present(problem, index),
      fail: onError,
      act: true,
    });
  }

  /** @param {number | null} share */
  show(share) {
    this.progress = share;
    this.onChange();
  }

  /** @param {Opening} opening @param {AbortSignal} signal @returns {Promise<Open>} */
  async read({ files, boxesAs, again }, signal) {
    const reader = startReader();
    signal.addEventListener("abort", reader.end);
    this.show(0);
    const beside =
      this.current && !again ? { files: this.current.files, kind: kindOf(this.current.opened) } : null;
    const order = boxesAs === "form" ? null : /** @type {import("./rows.js").BoxOrder} */ (boxesAs);
    try {
      return {
        reader,
        boxesAs,
        ...(await reader.open({ files, beside, order }, (share) => !signal.aborted && this.show(share))),
      };
    } catch (error) {
      reader.end();
      throw error;
    }
  }

  /** What has been read takes the place of what was open. @param {Open} open @param {boolean} again */
  take(open, again) {
    const stays = this.current === null || again; // what the address says of picture and scores
    this.current?.reader.end();
    this.current = open;
    this.edits.clear();
    this.progress = null;
    const picture =
      stays && this.state.values.picture <= open.opened.pictures.length ? this.state.values.picture : 1;
    this.state.set({ step: -1, picture, boxes_as: open.boxesAs, ...(stays ? {} : { scores_as: "raw" }) });
    this.fitThreshold(stays);
    this.want();
  }

  /**
   * @param {Choice} choice
   * @returns {Promise<Problem & {reading: import("./cases.js").Reading}>}
   */
  async fetch({ index, kind, size, image: file }) {
    const image = file && (await this.decode(file));
    const sides = image ? /** @type {[number, number]} */ ([image.width, image.height]) : size;
    const { reader, opened } = /** @type {Open} */ (this.current);
    const answer = await reader.picture({ index, how: { kind, size: sides } });
    const notes = [...answer.notes, ...notesOnSize(answer, image && sides)];
    const problem = problemOf(answer, opened, image?.canvas ?? plainGround());
    return { ...problem, reading: { scoresAs: kind, notes, needsSize: answer.needsSize } };
  }

  /** One that cannot be shown is not tried again. @param {File} file */
  async decode(file) {
    try {
      return await decodedImage(file);
    } catch (error) {
      for (const [name, one] of this.images) if (one === file) this.images.delete(name);
      throw error;
    }
  }

  /** @param {Problem} problem @param {number} index */
  present(problem, index) {
    const edit = this.edits.get(index);
    this.onPicture(edit ? { ...edit, reading: problem.reading } : problem, edit !== undefined);
  }

  /** Where the score threshold's slider begins and ends. */
  get reach() {
    return thresholdReach(this.current?.opened.range ?? null, this.state.values.scores_as);
  }

  /** @param {boolean} chosen whether the threshold was chosen for these scores */
  fitThreshold(chosen) {
    const { score_threshold } = this.state.values;
    const unchosen = score_threshold === this.state.rules.score_threshold?.default;
    this.state.set({ score_threshold: thresholdFor(score_threshold, this.reach, chosen && !unchosen) });
  }

  /** Which picture is chosen, from 0. */
  get place() {
    return Math.min(this.state.values.picture, this.current?.opened.pictures.length ?? 1) - 1;
  }

  get opened() {
    return this.current?.opened ?? null;
  }

  /** Ask for the picture that is chosen. */
  want() {
    if (!this.current) return;
    const name = this.current.opened.pictures[this.place]?.name ?? "";
    this.pictures.want({
      index: this.place,
      kind: this.state.values.scores_as,
      size: this.size,
      image: this.images.get(name) ?? this.images.get(stemOf(name)) ?? null,
    });
    this.onChange();
  }

  /** @param {File[]} files */
  open(files) {
    if (files.length)
      this.opens.want({ files, boxesAs: this.current ? "form" : this.state.values.boxes_as, again: false });
  }

  /** Show again what is open. */
  enter() {
    this.fitThreshold(true);
    this.want();
  }

  /** Say anew, in another language, what is said of the files; edits stay. */
  reread() {
    if (!this.current || this.opens.busy) return;
    const { files, boxesAs } = this.current;
    this.rereads.want({ files, boxesAs, again: true });
  }

  /** Another of the page's sources is chosen: what is under way is not wanted any more. */
  leave() {
    this.pictures.drop();
    this.cancel();
  }

  /** Stop reading; what was open before stays. */
  cancel() {
    for (const one of [this.opens, this.rereads]) one.drop();
    this.show(null);
  }

  /** @param {Set<string>} changed */
  follow(changed) {
    if (!this.current || this.state.values.source !== "file" || this.opens.busy) return;
    const boxesAs = this.state.values.boxes_as;
    if (boxesAs !== this.current.boxesAs)
      return this.opens.want({ files: this.current.files, boxesAs, again: true });
    if (changed.has("scores_as")) {
      this.edits.clear();
      this.fitThreshold(false);
    }
    if (changed.has("picture") || changed.has("scores_as")) this.want();
  }

  /** The size of pictures whose files tell none. @param {number} width @param {number} height */
  setSize(width, height) {
    this.size = [width, height];
    this.edits.clear();
    this.want();
  }

  /** Photos to lie under the boxes: one for this picture, several by their names. @param {File[]} files */
  setImages(files) {
    const name = this.current?.opened.pictures[this.place]?.name;
    const [only] = files;
    if (files.length === 1 && only && name !== undefined) this.images.set(name, only);
    else for (const file of files) this.images.set(stemOf(file.name), file);
    this.edits.clear();
    this.want();
  }

  /** The boxes of the picture on show were edited by hand. @param {Problem} problem */
  keepEdit(problem) {
    this.edits.set(this.place, problem);
  }

  /** @param {number} by pictures on, or back */
  step(by) {
    const count = this.current?.opened.pictures.length ?? 1;
    this.state.set({ picture: Math.min(Math.max(this.place + 1 + by, 1), count) });
  }
}

/**
 * What a visitor's picture of another size than the file tells is worth a word.
 * @param {import("./reading.js").Shown} shown
 * @param {[number, number] | null} sides
 */
function notesOnSize({ width, height }, sides) {
  if (!sides || !width || !height || (sides[0] === width && sides[1] === height)) return [];
  return [
    t(
      "Your picture has {a} × {b} pixels, the file says {width} × {height}: it is drawn in the file's size.",
      { a: sides[0], b: sides[1], width, height },
    ),
  ];
}
