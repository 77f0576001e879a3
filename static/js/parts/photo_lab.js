/**
 * What labs of a network on a photo have in common: where the photo comes from, what is said when its boxes
 * cannot be had, the badge of origin, ground truth that is drawn by hand, the photo without its boxes.
 */

import { ApiError, json } from "../core/api.js";
import { $, h } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { tell } from "../core/said.js";
import { servedText } from "../core/served.js";
import { boxEditor, selectedAfter } from "../views/box_editor.js";
import { uploader } from "../views/uploader.js";
import { computing, photoSession } from "./photo_session.js";

/** @typedef {import("../core/photo.js").Photo} Photo */
/** @typedef {ReturnType<typeof import("../views/picture.js").picture>} Picture */
/** @typedef {import("../views/picture.js").Layer} Layer */

/** @type {Record<string, () => string>} where a network's answer about the photo comes from */
export const ORIGINS = {
  shipped: () => t("Live, from shipped weights"),
  untrained: () => t("Live, untrained: random weights"),
  fetched: () => t("Live, from torchvision's weights"),
};

// --- The photo --------------------------------------------------------------------------------------

/**
 * The page's photo, with the buttons of its samples.
 * @template S, A
 * @param {object} options
 * @param {{uploader: HTMLElement, drop: HTMLElement}} options.roots `drop` is where a photo may be dropped
 * @param {Omit<Parameters<typeof photoSession<S, A>>[0], "onSamples" | "onProgress" | "onChoice">}
 *   options.session
 * @param {import("../core/state.js").State} options.state its `sample` names the sample to open
 * @param {(file: Blob) => void} [options.onFile] in place of uploading it
 */
export function photoSource({ roots, state, session, onFile }) {
  let { sample: wanted } = state.values;
  const photos = photoSession({
    ...session,
    onSamples: (samples, chosen) => view.update({ samples, chosen }),
    onProgress: (share) => view.progress(share),
    onChoice: (sample) => {
      wanted = sample;
      state.set({ sample });
    },
  });
  state.subscribe((changed) => {
    const { sample } = state.values;
    if (!changed.has("sample") || sample === wanted) return;
    wanted = sample; // the way back, to another sample
    if (photos.photo) photos.open(sample);
  });
  const view = uploader(roots.uploader, {
    drop: roots.drop,
    onFile: onFile ?? photos.upload,
    onSample: photos.sample,
  });
  return photos;
}

// --- What is said -----------------------------------------------------------------------------------

/** @param {HTMLElement} said @param {() => string} say why there is nothing to show */
export const sayRefusal = (said, say) => said.replaceChildren(tell(h("span", { class: "bad" }), say));

/**
 * Say why there are no boxes, and what to do about it.
 * @param {HTMLElement} said
 * @param {unknown} error one that is not meant for the visitor is thrown again
 * @param {string} todo the command that installs what was asked for
 */
export function complain(said, error, todo) {
  if (!(error instanceof Error)) throw error;
  sayRefusal(said, () => error.message);
  document.documentElement.dataset.ready = "";
  if (!(error instanceof ApiError)) throw error;
  const command = $("[data-command]");
  command.hidden = error.code !== "model_not_installed";
  command.textContent = todo;
  if (error.code === "image_gone") $("[data-uploader] label").scrollIntoView({ block: "center" });
}

const notInstalled = () => t("(not installed)"); // the extractor reads no t() in a template literal

/** Say in the list of models which of them this machine does not have. @param {string} address */
export async function markMissing(address) {
  for (const { name, installed } of await json(address)) {
    const option = document.querySelector(`#c-model option[value="${name}"]`);
    if (option && !installed) tell(option, () => `${servedText(option)} ${notInstalled()}`);
  }
}

/**
 * The badge of origin, and whether the picture waits for its boxes.
 * @param {{origin: string, words: string | undefined, searching: boolean, answered: boolean}} options
 *   `words` of the origin, if it has any
 */
export function showOrigin({ origin, words, searching, answered }) {
  const badge = $("[data-badge]");
  badge.dataset.origin = origin;
  badge.textContent = words ?? (searching ? computing() : "");
  const stage = $(".stage");
  stage.classList.toggle("unanswered", !answered);
  stage.setAttribute("aria-busy", String(searching));
}

// --- Boxes drawn by hand ----------------------------------------------------------------------------

/**
 * @typedef {Pick<import("../views/picture.js").Scene, "image" | "width" | "height" | "frame" | "heat">}
 *   Ground what boxes lie on
 */
/**
 * Boxes that are drawn, moved and deleted on the picture.
 * @param {Picture} view
 * @param {object} options
 * @param {() => boolean} options.enabled
 * @param {() => ArrayLike<number>} options.boxes flat
 * @param {() => [number, number]} options.size of the picture
 * @param {() => number} options.selected
 * @param {(index: number) => void} options.onSelect
 * @param {() => {ground: Ground, layers: Layer[]} | null} options.under what is shown under a box while it is
 *   being drawn
 * @param {(index: number, box: number[] | null, selected: number) => void} options.onEdit as the editor hands
 *   it back, with the box that is chosen after it
 */
export function drawnBoxes(view, { enabled, boxes, size, selected, onSelect, under, onEdit }) {
  /** @param {number[]} box */
  const preview = (box) => {
    const shown = under();
    if (!shown) return;
    const drawn = { boxes: box, indices: [0], style: "chosen" };
    view.update({ ...shown.ground, summary: "", layers: [...shown.layers, drawn] });
  };
  return boxEditor(view, {
    enabled,
    boxes: () => Array.from(boxes()),
    size,
    selected,
    onSelect,
    onEdit: ({ index, box, done }) => {
      if (box && index < 0 && !done) return preview(box);
      const count = boxes().length / 4;
      onEdit(index, box, selectedAfter(index, box, index < 0 ? count + 1 : count));
    },
  });
}

// --- The photo alone --------------------------------------------------------------------------------

/** While the button, or H, is held down, nothing lies on the photo. @param {Picture} view */
export function holdForPhoto(view) {
  const hide = (/** @type {boolean} */ on) => view.frame.classList.toggle("hiding", on);
  const hold = $("[data-hold]");
  hold.addEventListener("pointerdown", () => hide(true));
  for (const name of ["pointerup", "pointerleave", "blur"]) hold.addEventListener(name, () => hide(false));
  /** @param {boolean} on @returns {(event: KeyboardEvent) => void} */
  const byKey = (on) => (event) => {
    const { key, target } = event;
    const typing = target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
    if (key.toLowerCase() === "h" && !typing) hide(on);
    if (target === hold && (key === " " || key === "Enter")) hide(on);
  };
  addEventListener("keydown", byKey(true));
  addEventListener("keyup", byKey(false));
}
