/**
 * Where the `nms` page's boxes come from. What is chosen now is one thing: picture, boxes, sweep and
 * origin come as one scene, and an answer for anything else is never shown.
 */

import { ApiError } from "../core/api.js";
import { t } from "../core/i18n.js";
import { newest } from "../core/newest.js";
import { photoSession } from "../core/photo_session.js";
import { uploader } from "../views/uploader.js";
import { fetchProposals, fetchSoft, fetchSweep } from "./nms_ask.js";
import { emptyGround, neighbors, textbook, unboxed } from "./nms_cases.js";
import { parseDetections } from "./nms_result.js";

/** @typedef {import("./nms_cases.js").Problem} Problem */
/** @typedef {import("./nms_result.js").Sweep} Sweep */
/** @typedef {import("./nms_result.js").Soft} Soft */
/**
 * @typedef {object} Scene what is on show, all of one answer
 * @property {Problem} problem
 * @property {Sweep | null} sweep null while there are no boxes
 * @property {Soft | null} soft what Soft-NMS made of it, if that is chosen
 * @property {string} origin a key of `ORIGINS`, or "" while there are no boxes
 */

const SOFT = ["method", "sigma", "iou_threshold", "score_threshold", "top_n", "class_aware"]; // what Soft-NMS depends on

/**
 * @param {object} options
 * @param {import("../core/state.js").State} options.state
 * @param {{uploader: HTMLElement, drop: HTMLElement, detections: HTMLElement}} options.roots
 * @param {(anew: boolean) => void} options.onScene another one; `anew`: of another source or photo, not only edited
 * @param {(error: unknown) => void} options.onError
 */
export function boxSource({ state, roots, onScene, onError }) {
  /** @type {Scene | null} what is on show */
  let scene = null;
  /** @typedef {{problem: Problem, origin: string, anew: boolean}} Draft */
  /** @type {Draft | null} the newest boxes, which an edit goes on from; null while there are none */
  let draft = null;
  let entered = "";

  const isSoft = () => state.values.method !== "greedy";
  const softValues = () => Object.fromEntries(SOFT.map((name) => [name, state.values[name]]));

  /** @typedef {{problem: Problem, sweep: Sweep, soft: Soft | null, values: Record<string, any>}} Answer */
  /** @param {Problem} problem @param {Sweep} sweep @param {AbortSignal} signal @returns {Promise<Answer>} */
  async function withSoft(problem, sweep, signal) {
    const values = softValues();
    return { problem, sweep, values, soft: isSoft() ? await softOf(problem, sweep, values, signal) : null };
  }
  /** @param {Problem} problem @param {Sweep} sweep @param {Record<string, any>} values @param {AbortSignal} signal */
  const softOf = (problem, sweep, values, signal) => fetchSoft(problem, Array.from(sweep.order).slice(0, values.top_n), values, signal);

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
  const files = newest({
    ask: (/** @type {File} */ file) => file.text().then(JSON.parse).then(parseDetections, () => t("This file is not JSON.")),
    show: (parsed) => {
      if (typeof parsed === "string") onError(new ApiError("bad_file", parsed));
      else want({ problem: { ...emptyGround(), ...parsed, image: null, truths: [] }, origin: "file", anew: true });
    },
    fail: onError,
    same: () => false,
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
      if (entered !== "photo") leave();
      entered = "photo";
      state.set({ source: "photo", step: -1 });
      photos.upload(file);
    },
    onSample: photos.sample,
  });

  /** @param {Answer} answer @param {Draft} of */
  function show({ problem, sweep, soft, values }, { origin, anew }) {
    softs.drop();
    if (draft) draft = { ...draft, anew: false };
    scene = { problem, sweep, soft, origin };
    onScene(anew);
    // Its settings may have changed while the answer was under way.
    if (isSoft() && JSON.stringify(values) !== JSON.stringify(softValues())) askSoft();
  }
  /** @param {Problem} problem */
  function showEmpty(problem) {
    softs.drop();
    draft = null;
    scene = { problem, sweep: null, soft: null, origin: "" };
    onScene(true);
  }
  /** @param {Draft} of */
  function want(of) {
    draft = of;
    sweeps.want({ of, classAware: state.values.class_aware });
  }
  /** Whatever is under way is of a source that is chosen no more. */
  function leave() {
    for (const one of [sweeps, softs, files]) one.drop();
    photos.leave();
    draft = null;
  }
  function askSoft() {
    if (scene?.sweep) softs.want({ of: scene, values: softValues() });
  }

  const field = /** @type {HTMLInputElement} */ (roots.detections);
  field.addEventListener("change", () => {
    const file = field.files?.[0];
    field.value = "";
    if (file) files.want(file);
  });

  return {
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
      else showEmpty(unboxed(emptyGround()));
    },
    /** Ask again, if what has changed matters to the answer. @param {Set<string>} changed */
    follow(changed) {
      if (!isSoft()) {
        softs.drop();
        scene = scene && { ...scene, soft: null };
      }
      if (changed.has("class_aware") && draft) want(draft);
      else if (isSoft() && SOFT.some((name) => changed.has(name))) askSoft();
    },
    /** The newest boxes: an edit goes on from them, though their answer may still be under way. */
    get newest() {
      return draft?.problem ?? scene?.problem ?? null;
    },
    /** Boxes were edited by hand. @param {Problem} problem */
    edit(problem) {
      want({ problem, origin: "hand", anew: draft?.anew ?? false });
    },
    /** Ground truth changes no answer. @param {number[]} truths */
    setTruths(truths) {
      if (draft) draft = { ...draft, problem: { ...draft.problem, truths } };
      if (draft && sweeps.busy) want(draft);
      scene = scene && { ...scene, problem: { ...scene.problem, truths } };
      onScene(false);
    },
    /** Whether the photo on show waits for its boxes. */
    get searching() {
      return photos.searching;
    },
  };
}
