/**
 * Where the `nms` page's boxes come from. What is chosen now is one thing: picture, boxes, sweep and
 * origin come as one scene, and an answer for anything else is never shown.
 */

import { newest } from "../../core/newest.js";
import { photoSession } from "../../parts/photo_session.js";
import { uploader } from "../../views/uploader.js";
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
// what Soft-NMS depends on
const SOFT = ["method", "sigma", "iou_threshold", "score_threshold", "top_n", "class_aware"];

/**
 * @param {object} options
 * @param {import("../../core/state.js").State} options.state
 * @param {{uploader: HTMLElement, drop: HTMLElement}} options.roots
 * @param {(anew: boolean) => void} options.onScene another one; `anew`: of another source or photo, not
 *   only edited
 * @param {() => void} options.onFiles the panel of files is to be drawn anew
 * @param {(error: unknown) => void} options.onError
 */
export function boxSource({ state, roots, onScene, onFiles, onError }) {
  /** @type {Scene | null} what is on show */
  let scene = null;
  /** @typedef {{problem: Problem, origin: string, anew: boolean, place?: number}} Draft */
  /** @type {Draft | null} the newest boxes, which an edit goes on from; null while there are none */
  let draft = null;
  let entered = "";

  const isSoft = () => state.values.method !== "greedy";
  const softValues = () => Object.fromEntries(SOFT.map((name) => [name, state.values[name]]));

  /** @typedef {{problem: Problem, sweep: Sweep, soft: Soft | null, values: Record<string, any>}} Answer */
  /** @param {Problem} problem @param {Sweep} sweep @param {AbortSignal} signal @returns {Promise<Answer>} */
  async function withSoft(problem, sweep, signal) {
    const values = softValues();
    return {
      problem,
      sweep,
      values,
      soft: isSoft() && !softRefusal(problem) ? await softOf(problem, sweep, values, signal) : null,
    };
  }
  /**
   * @param {Problem} problem
   * @param {Sweep} sweep
   * @param {Record<string, any>} values
   * @param {AbortSignal} signal
   */
  const softOf = (problem, sweep, values, signal) =>
    fetchSoft(problem, Array.from(sweep.order).slice(0, values.top_n), values, signal);

  const sweeps = newest({
    ask: async (/** @type {{of: Draft, classAware: boolean}} */ { of: { problem }, classAware }, signal) =>
      withSoft(problem, await fetchSweep(problem, classAware, signal), signal),
    show: (answer, { of }) => show(answer, of),
    fail: onError,
    follow: true, // boxes that are dragged
    same: () => false,
  });
  const softs = newest({
    ask: (/** @type {{of: Scene, values: Record<string, any>}} */ { of, values }, signal) =>
      softOf(of.problem, /** @type {Sweep} */ (of.sweep), values, signal),
    show: (soft) => {
      scene = scene && { ...scene, soft };
      onScene(false);
    },
    fail: onError,
    follow: true,
    same: () => false,
  });
  const files = new FileSession({
    state,
    onPicture: (problem, edited) =>
      want({ problem, origin: edited ? "edited" : "file", anew: true, place: files.place }),
    onChange: onFiles,
    onError,
  });
  const photos = photoSession({
    settings: () => ({}),
    find: async (photo, _, signal) => {
      const { problem, sweep } = await fetchProposals(photo, signal);
      return withSoft(problem, sweep, signal);
    },
    onPhoto: (photo) => showEmpty(unboxed(photo)),
    onFound: (_, answer) => {
      draft = { problem: answer.problem, origin: "shipped", anew: true };
      show(answer, draft);
    },
    onError,
    onSamples: (samples, chosen) => samplesView.update({ samples, chosen }),
    onProgress: (share) => samplesView.progress(share),
  });
  const samplesView = uploader(roots.uploader, {
    drop: roots.drop,
    onFile: (file) => {
      if (file instanceof File && BOXES.test(file.name)) {
        state.set({ source: "file" });
        return files.open([file]);
      }
      if (entered !== "photo") leave();
      entered = "photo";
      state.set({ source: "photo", step: -1 });
      photos.upload(file);
    },
    onSample: photos.sample,
  });

  /** @param {Answer} answer @param {Draft} of */
  function show({ problem, sweep, soft, values }, { origin, anew, place = 0 }) {
    softs.drop();
    if (draft) draft = { ...draft, anew: false };
    scene = { problem, sweep, soft, refused: isSoft() ? softRefusal(problem) : "", origin, place };
    onScene(anew);
    // Its settings may have changed while the answer was under way.
    if (isSoft() && JSON.stringify(values) !== JSON.stringify(softValues())) askSoft();
  }
  /** @param {Problem} problem */
  function showEmpty(problem) {
    softs.drop();
    draft = null;
    scene = { problem, sweep: null, soft: null, refused: "", origin: "", place: 0 };
    onScene(true);
  }
  /** @param {Draft} of */
  function want(of) {
    draft = of;
    sweeps.want({ of, classAware: state.values.class_aware });
  }
  /** Whatever is under way is of a source that is chosen no more. */
  function leave() {
    for (const one of [sweeps, softs]) one.drop();
    photos.leave();
    files.leave();
    // A threshold for a file's logits or percents says nothing about probabilities.
    const { score_threshold } = state.values;
    if (files.opened && (score_threshold < 0 || score_threshold > 1))
      state.set({ score_threshold: state.rules.score_threshold?.default ?? 0 });
    draft = null;
  }
  const originOfEdit = () => (state.values.source === "file" ? "edited" : "hand");
  /** A file's picture keeps its edits while the file is open. @param {Problem} problem */
  function keep(problem) {
    if (state.values.source === "file" && files.opened) files.keepEdit(problem);
  }
  /** @param {(problem: Problem) => Problem} edit */
  function setTruths(edit) {
    if (draft) draft = { ...draft, problem: edit(draft.problem) };
    if (draft && sweeps.busy) want(draft);
    scene = scene && { ...scene, problem: edit(scene.problem) };
    if (draft ?? scene?.sweep) keep(/** @type {Draft | Scene} */ (draft ?? scene).problem);
    if (scene?.origin === "file") scene = { ...scene, origin: "edited" };
    onScene(false);
  }
  function askSoft() {
    if (!scene) return;
    scene = { ...scene, refused: softRefusal(scene.problem) };
    if (scene.refused) scene = { ...scene, soft: null };
    else if (scene.sweep) softs.want({ of: scene, values: softValues() });
  }

  return {
    files,
    get scene() {
      return scene;
    },
    /** Load what `source` names, once each time it changes. */
    enter() {
      const { source } = state.values;
      if (source === entered) return;
      entered = source;
      leave();
      if (source === "textbook") want({ problem: textbook(), origin: "drawn", anew: true });
      else if (source === "neighbors") want({ problem: neighbors(), origin: "drawn", anew: true });
      else if (source === "hand") {
        want({ problem: emptyGround(), origin: "hand", anew: true });
        state.set({ tool: "boxes" });
      } else if (source === "photo") photos.open();
      else if (files.opened) files.enter();
      else showEmpty(unboxed(emptyGround()));
    },
    /** Ask again, if what has changed matters to the answer. @param {Set<string>} changed */
    follow(changed) {
      if (!isSoft()) {
        softs.drop();
        scene = scene && { ...scene, soft: null, refused: "" };
      }
      files.follow(changed);
      if (changed.has("class_aware") && draft) want(draft);
      else if (isSoft() && SOFT.some((name) => changed.has(name))) askSoft();
    },
    /** The newest boxes: an edit goes on from them, though their answer may still be under way. */
    get newest() {
      return draft?.problem ?? scene?.problem ?? null;
    },
    /** Boxes were edited by hand. @param {Problem} problem */
    edit(problem) {
      keep(problem);
      want({ problem, origin: originOfEdit(), anew: draft?.anew ?? false, place: scene?.place ?? 0 });
    },
    /**
     * Ground truth changes no answer.
     * @param {number} index
     * @param {number[] | null} box as the editor hands it back
     */
    editTruth(index, box) {
      setTruths((problem) => withTruth(problem, index, box));
    },
    clearTruths() {
      setTruths((problem) => ({ ...problem, truths: [], truthLabels: null }));
    },
    /** Whether the photo on show waits for its boxes. */
    get searching() {
      return photos.searching;
    },
  };
}
