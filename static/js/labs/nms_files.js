/**
 * The visitor's files of boxes: which are open, which of their pictures is on show, and how they are
 * read. Files are read in a worker; of two choices the last one stays. No DOM here.
 */

import { t } from "../core/i18n.js";
import { newest } from "../core/newest.js";
import { stemOf } from "./nms_gathering.js";
import { decodedImage, plainGround } from "./nms_image.js";
import { startReader } from "./nms_reader.js";
import { kindOf } from "./nms_reading.js";
import { problemOf, thresholdFor, thresholdReach } from "./nms_scene.js";

/** @typedef {import("./nms_cases.js").Problem} Problem */
/** @typedef {import("./nms_reading.js").Opened} Opened */
/** @typedef {import("./nms_reading.js").Shown} Shown */
/** @typedef {import("./nms_reader.js").Reader} Reader */
/** @typedef {{reader: Reader, files: File[], opened: Opened, boxesAs: string}} Open */

/** @type {Record<string, import("../core/state.js").Rule>} what stands in the page's address of a file that is open */
export const FILE_RULES = {
  picture: { default: 1, check: (v) => Number.isInteger(v) && Number(v) >= 1 && Number(v) <= 1e7 },
  boxes_as: { default: "form", check: (v) => ["form", "xywh", "xyxy"].includes(String(v)) },
  scores_as: { default: "raw", check: (v) => ["raw", "logits", "percent"].includes(String(v)) },
};

/**
 * @param {object} options
 * @param {import("../core/state.js").State} options.state with `FILE_RULES`
 * @param {(problem: Problem, edited: boolean) => void} options.onPicture another picture is there
 * @param {() => void} options.onChange something of the panel is to be drawn anew
 * @param {(error: unknown) => void} options.onError
 */
export function fileSession({ state, onPicture, onChange, onError }) {
  /** @type {Open | null} */
  let current = null;
  /** @type {number | null} how far reading is, in [0, 1] */
  let progress = null;
  /** @type {Shown | null} */
  let shown = null;
  /** @type {[number, number] | null} of pictures whose size no file tells */
  let size = null;
  /** @type {Map<string, File>} pictures to lie under the boxes, by their names without endings */
  const images = new Map();
  /** @type {Map<number, Problem>} pictures whose boxes were edited by hand, until they are read anew */
  const edits = new Map();

  /** @param {number | null} share */
  function show(share) {
    progress = share;
    onChange();
  }
  /** @typedef {{files: File[], boxesAs: string, again: boolean}} Opening `again`: the same files, read otherwise */
  const opens = newest({
    ask: async (/** @type {Opening} */ { files, boxesAs, again }, signal) => {
      const reader = startReader();
      signal.addEventListener("abort", reader.end);
      show(0);
      const beside = current && !again ? { files: current.files, kind: kindOf(current.opened) } : null;
      const order = boxesAs === "form" ? null : /** @type {import("./nms_rows.js").BoxOrder} */ (boxesAs);
      try {
        return { reader, boxesAs, ...(await reader.open({ files, beside, order }, show)) };
      } catch (error) {
        reader.end();
        throw error;
      }
    },
    show: (open, { again }) => enter(open, again),
    fail: (error, { again }) => {
      show(null);
      if (again && current) state.set({ boxes_as: current.boxesAs });
      onError(error);
    },
    same: () => false,
  });
  const pictures = newest({
    ask: async (/** @type {{index: number, kind: any, size: [number, number] | null, image: File | null}} */ { index, kind, size, image: file }) => {
      const image = file && (await decodedImage(file));
      const sides = image ? /** @type {[number, number]} */ ([image.width, image.height]) : size;
      const { reader, opened } = /** @type {Open} */ (current);
      return { image: image?.canvas ?? plainGround(), sides: image && sides, opened, shown: await reader.picture({ index, how: { kind, size: sides } }) };
    },
    show: ({ image, sides, opened, shown: answer }, { index }) => {
      shown = { ...answer, notes: [...answer.notes, ...notesOnSize(answer, sides)] };
      const edit = edits.get(index);
      onPicture(edit ?? problemOf(answer, opened, image), edit !== undefined);
      onChange();
    },
    fail: onError,
    same: () => false,
  });

  /** @param {Open} open @param {boolean} again */
  function enter(open, again) {
    const first = current === null;
    current?.reader.end();
    current = open;
    edits.clear();
    progress = null;
    const picture = (first || again) && state.values.picture <= open.opened.pictures.length ? state.values.picture : 1;
    const scores = first || again ? {} : { scores_as: "raw" };
    state.set({ source: "file", step: -1, picture, boxes_as: open.boxesAs, ...scores });
    fitThreshold(first || again);
    want();
  }

  const reach = () => thresholdReach(current?.opened.range ?? null, state.values.scores_as);
  /** @param {boolean} chosen whether the threshold was chosen for these scores */
  function fitThreshold(chosen) {
    const { score_threshold } = state.values;
    const { default: unchosen } = /** @type {any} */ (state.rules.score_threshold);
    state.set({ score_threshold: thresholdFor(score_threshold, reach(), chosen && score_threshold !== unchosen) });
  }
  const place = () => Math.min(state.values.picture, current?.opened.pictures.length ?? 1) - 1;
  /** Ask for the picture that is chosen. */
  function want() {
    if (!current) return;
    const name = current.opened.pictures[place()]?.name ?? "";
    pictures.want({ index: place(), kind: state.values.scores_as, size, image: images.get(stemOf(name)) ?? null });
    onChange();
  }

  return {
    /** @param {File[]} files */
    open(files) {
      if (files.length) opens.want({ files, boxesAs: current ? "form" : state.values.boxes_as, again: false });
    },
    /** Show again what is open. */
    enter() {
      if (current) fitThreshold(true);
      want();
    },
    /** Another page's source is chosen: what is under way is not wanted any more. */
    leave() {
      opens.drop();
      pictures.drop();
      show(null);
    },
    /** Stop reading; what was open before stays. */
    cancel() {
      opens.drop();
      show(null);
    },
    /** @param {Set<string>} changed */
    follow(changed) {
      if (!current || state.values.source !== "file" || opens.busy) return;
      const boxesAs = state.values.boxes_as;
      if (boxesAs !== current.boxesAs) return opens.want({ files: current.files, boxesAs, again: true });
      if (changed.has("scores_as")) {
        edits.clear();
        fitThreshold(false);
      }
      if (changed.has("picture") || changed.has("scores_as")) want();
    },
    /** The size of pictures whose files tell none. @param {number} width @param {number} height */
    setSize(width, height) {
      size = [width, height];
      edits.clear();
      want();
    },
    /** Photos to lie under the boxes: one for this picture, several by their names. @param {File[]} files */
    setImages(files) {
      const name = current?.opened.pictures[place()]?.name;
      const [only] = files;
      if (files.length === 1 && only && name !== undefined) images.set(stemOf(name), only);
      else for (const file of files) images.set(stemOf(file.name), file);
      edits.clear();
      want();
    },
    /** The boxes of the picture on show were edited by hand. @param {Problem} problem */
    keepEdit(problem) {
      edits.set(place(), problem);
    },
    /** @param {number} by pictures on, or back */
    step(by) {
      const count = current?.opened.pictures.length ?? 1;
      state.set({ picture: Math.min(Math.max(place() + 1 + by, 1), count) });
    },
    get opened() {
      return current?.opened ?? null;
    },
    get shown() {
      return shown;
    },
    get place() {
      return place();
    },
    get progress() {
      return progress;
    },
    get reach() {
      return reach();
    },
  };
}

/** What a visitor's picture of another size than the file tells is worth a word. @param {Shown} shown @param {[number, number] | null} sides */
function notesOnSize({ width, height }, sides) {
  if (!sides || !width || !height || (sides[0] === width && sides[1] === height)) return [];
  return [t("Your picture has {a} × {b} pixels, the file says {width} × {height}: it is drawn in the file's size.", { a: sides[0], b: sides[1], width, height })];
}

/** @typedef {ReturnType<typeof fileSession>} FileSession */
