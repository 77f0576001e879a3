/**
 * Where the `nms` page's boxes come from. What is chosen now is one thing: picture, boxes, sweep and
 * origin come as one scene, and an answer for anything else is never shown.
 */

import { newest } from "../../core/newest.js";
import { handedBoxes } from "../../parts/handed_boxes.js";
import { photoSource } from "../../parts/photo_lab.js";
import { fetchProposals, fetchSoft, fetchSweep, softRefusal } from "./ask.js";
import { emptyGround, neighbors, textbook, unboxed } from "./cases.js";
import { withTruth } from "./edit.js";
import { FileSession } from "./files.js";

/** @typedef {import("./cases.js").Problem} Problem */
/** @typedef {import("./result.js").Sweep} Sweep */
/** @typedef {import("./result.js").Soft} Soft */
/**
 * @typedef {object} Scene what is on show, all of one answer
 * @property {Problem} problem
 * @property {Sweep | null} sweep null while there are no boxes
 * @property {Soft | null} soft what Soft-NMS made of it, if that is chosen
 * @property {string} refused why Soft-NMS, which is chosen, cannot be asked for; or ""
 * @property {string} origin a key of `ORIGINS`, "file" or "edited" for a file's boxes, or "" while there
 *   are no boxes
 * @property {number} place of a file's picture
 */

// files of boxes, by their names, where photos may be dropped, too
const BOXES = /\.(?:json|jsonl|ndjson|txt|xml)$/i;
/**
 * @typedef {{problem: Problem, origin: string, anew: boolean, place?: number}} Draft boxes without an
 *   answer
 */
/**
 * @typedef {object} Answer
 * @property {Problem} problem
 * @property {Sweep} sweep
 * @property {Soft | null} soft
 * @property {Record<string, any>} values what Soft-NMS was asked with
 */
/**
 * @typedef {object} Options
 * @property {import("../../core/state.js").State} state
 * @property {{uploader: HTMLElement, drop: HTMLElement}} roots
 * @property {(anew: boolean) => void} onScene another one; `anew`: of another source or photo, not only
 *   edited
 * @property {() => void} onFiles the panel of files is to be drawn anew
 * @property {(error: unknown) => void} onError
 */

// what Soft-NMS depends on
const SOFT = ["method", "sigma", "iou_threshold", "score_threshold", "top_n", "class_aware"];

export class BoxSource {
  drewTruths = false; // ground truth that a link does not have
  /** @param {Options} options */
  constructor(options) {
    this.state = options.state;
    this.onScene = options.onScene;
    /** @type {Scene | null} what is on show */
    this.scene = null;
    /** @type {Draft | null} the newest boxes, which an edit goes on from; null while there are none */
    this.draft = null;
    this.entered = "";
    this.sweeps = this.askForSweeps(options);
    this.softs = this.askForSofts(options);
    this.files = this.openFiles(options);
    this.photos = this.takePhotos(options);
  }

  // --- What is asked of the server --------------------------------------------------------------

  /** @param {Options} options */
  askForSweeps({ onError }) {
    return newest({
      ask: async (/** @type {{of: Draft, classAware: boolean}} */ { of: { problem }, classAware }, signal) =>
        this.withSoft(problem, await fetchSweep(problem, classAware, signal), signal),
      show: (answer, { of }) => this.show(answer, of),
      fail: onError,
      follow: true, // boxes that are dragged
      same: () => false,
    });
  }

  /** @param {Options} options */
  askForSofts({ onError }) {
    return newest({
      ask: (/** @type {{of: Scene, values: Record<string, any>}} */ { of, values }, signal) =>
        softOf(of.problem, /** @type {Sweep} */ (of.sweep), values, signal),
      show: (soft) => {
        this.scene = this.scene && { ...this.scene, soft };
        this.onScene(false);
      },
      fail: onError,
      follow: true,
      same: () => false,
    });
  }

  /** @param {Options} options */
  openFiles({ state, onFiles, onError }) {
    return new FileSession({
      state,
      onPicture: (problem, edited) =>
        this.want({ problem, origin: edited ? "edited" : "file", anew: true, place: this.files.place }),
      onChange: onFiles,
      onError,
    });
  }

  /** @param {Options} options */
  takePhotos({ roots, onError }) {
    return photoSource({
      roots,
      state: this.state,
      session: {
        settings: () => ({}),
        find: async (photo, _, signal) => {
          const { problem, sweep } = await fetchProposals(photo, signal);
          return this.withSoft(problem, sweep, signal);
        },
        onPhoto: (photo) => {
          this.drewTruths = false;
          this.showEmpty(unboxed(photo));
        },
        onFound: (_, answer) => {
          this.draft = { problem: answer.problem, origin: "shipped", anew: true };
          this.show(answer, this.draft);
        },
        onError,
      },
      onFile: (file) => this.takeFile(file),
    });
  }

  /** A photo, or a file of boxes, is dropped or pasted. @param {Blob} file */
  takeFile(file) {
    if (file instanceof File && BOXES.test(file.name)) {
      this.state.set({ source: "file" });
      return this.files.open([file]);
    }
    if (this.entered !== "photo") this.leave();
    this.entered = "photo";
    this.state.set({ source: "photo", step: -1 });
    this.photos.upload(file);
  }

  // --- Soft-NMS ---------------------------------------------------------------------------------

  get isSoft() {
    return this.state.values.method !== "greedy";
  }

  softValues() {
    return Object.fromEntries(SOFT.map((name) => [name, this.state.values[name]]));
  }

  /** @param {Problem} problem @param {Sweep} sweep @param {AbortSignal} signal @returns {Promise<Answer>} */
  async withSoft(problem, sweep, signal) {
    const values = this.softValues();
    const asked = this.isSoft && !softRefusal(problem);
    return { problem, sweep, values, soft: asked ? await softOf(problem, sweep, values, signal) : null };
  }

  askSoft() {
    if (!this.scene) return;
    this.scene = { ...this.scene, refused: softRefusal(this.scene.problem) };
    if (this.scene.refused) this.scene = { ...this.scene, soft: null };
    else if (this.scene.sweep) this.softs.want({ of: this.scene, values: this.softValues() });
  }

  // --- What is on show --------------------------------------------------------------------------

  /** @param {Answer} answer @param {Draft} of */
  show({ problem, sweep, soft, values }, { origin, anew, place = 0 }) {
    this.softs.drop();
    if (this.draft) this.draft = { ...this.draft, anew: false };
    const refused = this.isSoft ? softRefusal(problem) : "";
    this.scene = { problem, sweep, soft, refused, origin, place };
    this.onScene(anew);
    // Its settings may have changed while the answer was under way.
    if (this.isSoft && JSON.stringify(values) !== JSON.stringify(this.softValues())) this.askSoft();
  }

  /** @param {Problem} problem */
  showEmpty(problem) {
    this.softs.drop();
    this.draft = null;
    this.scene = { problem, sweep: null, soft: null, refused: "", origin: "", place: 0 };
    this.onScene(true);
  }

  /** @param {Draft} of */
  want(of) {
    this.draft = of;
    this.sweeps.want({ of, classAware: this.state.values.class_aware });
  }

  /** Whether the photo on show waits for its boxes. */
  get searching() {
    return this.photos.searching;
  }

  // --- Which source -----------------------------------------------------------------------------

  /** Load what `source` names, once each time it changes. */
  enter() {
    const { source } = this.state.values;
    if (source === this.entered) return;
    this.entered = source;
    this.drewTruths = false;
    this.leave();
    if (source === "textbook") this.want({ problem: textbook(), origin: "drawn", anew: true });
    else if (source === "neighbors") this.want({ problem: neighbors(), origin: "drawn", anew: true });
    else if (source === "hand") {
      this.want({ problem: emptyGround(), origin: "hand", anew: true });
      this.state.set({ tool: "boxes" });
    } else if (source === "photo") this.photos.open(this.state.values.sample);
    else if (this.files.opened) this.files.enter();
    else {
      this.showEmpty(unboxed(emptyGround()));
      this.takeHanded();
    }
  }

  /** Boxes that another lab has handed over are files that nobody had to open. */
  takeHanded() {
    const handed = handedBoxes();
    if (!handed) return;
    if (handed.images.length) this.files.setImages(handed.images);
    this.files.open(handed.documents);
  }

  /** Whatever is under way is of a source that is chosen no more. */
  leave() {
    for (const one of [this.sweeps, this.softs]) one.drop();
    this.photos.leave();
    this.files.leave();
    // A threshold for a file's logits or percents says nothing about probabilities.
    const { score_threshold } = this.state.values;
    if (this.files.opened && (score_threshold < 0 || score_threshold > 1))
      this.state.set({ score_threshold: this.state.rules.score_threshold?.default ?? 0 });
    this.draft = null;
  }

  /** Ask again, if what has changed matters to the answer. @param {Set<string>} changed */
  follow(changed) {
    if (!this.isSoft) {
      this.softs.drop();
      this.scene = this.scene && { ...this.scene, soft: null, refused: "" };
    }
    this.files.follow(changed);
    if (changed.has("class_aware") && this.draft) this.want(this.draft);
    else if (this.isSoft && SOFT.some((name) => changed.has(name))) this.askSoft();
  }

  // --- Edits ------------------------------------------------------------------------------------

  /** The newest boxes: an edit goes on from them, though their answer may still be under way. */
  get newest() {
    return this.draft?.problem ?? this.scene?.problem ?? null;
  }

  /** Boxes were edited by hand. @param {Problem} problem */
  edit(problem) {
    this.keep(problem);
    const origin = this.state.values.source === "file" ? "edited" : "hand";
    this.want({ problem, origin, anew: this.draft?.anew ?? false, place: this.scene?.place ?? 0 });
  }

  /**
   * Ground truth changes no answer.
   * @param {number} index
   * @param {number[] | null} box as the editor hands it back
   */
  editTruth(index, box) {
    this.setTruths((problem) => withTruth(problem, index, box));
  }

  clearTruths() {
    this.setTruths((problem) => ({ ...problem, truths: [], truthLabels: null }));
  }

  /** @param {(problem: Problem) => Problem} edit */
  setTruths(edit) {
    this.drewTruths = true;
    if (this.draft) this.draft = { ...this.draft, problem: edit(this.draft.problem) };
    if (this.draft && this.sweeps.busy) this.want(this.draft);
    this.scene = this.scene && { ...this.scene, problem: edit(this.scene.problem) };
    const edited = this.draft ?? (this.scene?.sweep ? this.scene : null);
    if (edited) this.keep(edited.problem);
    if (this.scene?.origin === "file") this.scene = { ...this.scene, origin: "edited" };
    this.onScene(false);
  }

  /** A file's picture keeps its edits while the file is open. @param {Problem} problem */
  keep(problem) {
    if (this.state.values.source === "file" && this.files.opened) this.files.keepEdit(problem);
  }
}

/**
 * @param {Problem} problem
 * @param {Sweep} sweep
 * @param {Record<string, any>} values
 * @param {AbortSignal} signal
 */
const softOf = (problem, sweep, values, signal) =>
  fetchSoft(problem, Array.from(sweep.order).slice(0, values.top_n), values, signal);
