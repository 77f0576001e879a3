/** The panel of the visitor's files of boxes: open, how they are read, which of their pictures is on show. */

import { $, h } from "../../core/dom.js";
import { number, sentences, spoken, t } from "../../core/i18n.js";
import { tell } from "../../core/said.js";
import { scoreKinds, scoreWords } from "./scene.js";

/** @typedef {import("./files.js").FileSession} FileSession */
/** @typedef {import("./reading.js").Opened} Opened */

const MOST_LISTED = 200; // of thousands of pictures; a search finds the others
/** @type {Record<string, () => string>} */
const SCORE_KINDS = {
  raw: () => t("as they are"),
  percent: () => t("percent (0 to 100)"),
  logits: () => t("logits (sigmoid)"),
};

/**
 * @param {FileSession} session
 * @param {import("../../core/state.js").State} state
 * @returns {{update: (problem: import("./cases.js").Problem | null) => void}} `problem`: what is on show;
 *   what is said of its reading changes together with its boxes
 */
export function filePanel(session, state) {
  const root = $("[data-file-source]");
  wireFiles(root, session);
  const list = pictureList(root, session, state);
  const said = $("[data-files-said]", root);
  const choices = [
    choiceOf($("[data-boxes-as]", root), "boxes_as", state),
    choiceOf($("[data-scores-as]", root), "scores_as", state),
  ];
  const size = sizeForm(root, session);
  const bar = pictureBar(session);
  return {
    update(problem) {
      const { opened, progress } = session;
      showProgress(root, progress);
      $("[data-files-open]", root).hidden = !opened;
      bar(opened, session.place);
      if (!opened) return;
      const kinds = scoreKinds(opened.range);
      const reading = problem?.reading;
      said.textContent = sentences([
        summaryOf(opened),
        ...opened.notes,
        ...(reading ? [scoreWords(opened.range, reading.scoresAs), ...reading.notes] : []),
      ]);
      list(opened, session.place);
      choices[0]?.(opened.order !== null);
      choices[1]?.(kinds.length > 1, kinds);
      size(reading?.needsSize ?? false);
    },
  };
}

/** @param {Opened} opened */
function summaryOf({ files, form, pictures, classes }) {
  const sum = (/** @type {"boxes" | "truths"} */ key) =>
    number(
      pictures.reduce((all, one) => all + one[key], 0),
      0,
    );
  const values = {
    files: files.slice(0, 3).join(t(", ")) + (files.length > 3 ? " …" : ""),
    form,
    pictures: number(pictures.length, 0),
    boxes: sum("boxes"),
    truths: sum("truths"),
    classes: number(classes.length, 0),
  };
  return t(
    "{files}: {form}. Pictures: {pictures}; boxes with scores: {boxes}; ground truth: {truths}; classes: {classes}.",
    values,
  );
}

/** @param {string} kind how scores are read */
const kindOption = (kind) => tell(h("option", { value: kind }), SCORE_KINDS[kind] ?? (() => kind));

/** @param {HTMLElement} root @param {FileSession} session */
function wireFiles(root, session) {
  /** @param {string} selector @param {(files: File[]) => void} use */
  const onFiles = (selector, use) => {
    const field = /** @type {HTMLInputElement} */ ($(selector, root));
    field.addEventListener("change", () => {
      const files = [...(field.files ?? [])];
      field.value = ""; // the same file may be chosen again
      if (files.length) use(files);
    });
  };
  onFiles("[data-detections]", (files) => session.open(files));
  onFiles("[data-background]", (files) => session.setImages(files));
  $("[data-reading-cancel]", root).addEventListener("click", () => session.cancel());
}

/** @param {HTMLElement} root @param {number | null} progress */
function showProgress(root, progress) {
  const reading = $("[data-reading]", root);
  if (reading.hidden !== (progress === null)) reading.hidden = progress === null;
  /** @type {HTMLProgressElement} */ ($("progress", reading)).value = progress ?? 0;
}

/**
 * A choice of how the file is read, shown where there is one.
 * @param {HTMLElement} label @param {string} name @param {import("../../core/state.js").State} state
 */
function choiceOf(label, name, state) {
  const select = /** @type {HTMLSelectElement} */ ($("select", label));
  select.addEventListener("change", () => state.set({ [name]: select.value }));
  return (/** @type {boolean} */ offered, /** @type {string[] | undefined} */ kinds = undefined) => {
    label.hidden = !offered;
    if (kinds && kinds.join() !== [...select.options].map((option) => option.value).join()) {
      select.replaceChildren(...kinds.map(kindOption));
    }
    select.value = state.values[name];
  };
}

/**
 * The size of a picture whose file does not tell it.
 * @param {HTMLElement} root
 * @param {FileSession} session
 */
function sizeForm(root, session) {
  const form = /** @type {HTMLFormElement} */ ($("[data-size-form]", root));
  const field = (/** @type {string} */ name) =>
    Number(/** @type {HTMLInputElement} */ ($(`[name=${name}]`, form)).value);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    session.setSize(field("width"), field("height"));
  });
  return (/** @type {boolean} */ needed) => {
    form.hidden = !needed;
  };
}

/**
 * The list of pictures, filtered by a search.
 * @param {HTMLElement} root
 * @param {FileSession} session
 * @param {import("../../core/state.js").State} state
 */
function pictureList(root, session, state) {
  const search = /** @type {HTMLInputElement} */ ($("[data-picture-search]", root));
  const select = /** @type {HTMLSelectElement} */ ($("[data-picture-list]", root));
  const found = $("[data-pictures-found]", root);
  let drawn = "";
  /** @type {unknown} */ let of = null;

  /** @param {Opened} opened @param {number} place */
  function show(opened, place) {
    $("[data-pictures]", root).hidden = opened.pictures.length < 2;
    if (of !== opened) search.value = drawn = "";
    const wanted = search.value.trim().toLowerCase();
    const key = `${spoken()}\n${wanted}\n${place}`;
    if (of === opened && drawn === key) return;
    [of, drawn] = [opened, key];
    const all = opened.pictures
      .map((picture, index) => ({ ...picture, index }))
      .filter(({ name }) => name.toLowerCase().includes(wanted));
    const from = Math.max(
      0,
      Math.min(all.findIndex(({ index }) => index === place) - MOST_LISTED / 2, all.length - MOST_LISTED),
    );
    const listed = all.slice(from, from + MOST_LISTED);
    select.replaceChildren(
      ...listed.map((one) =>
        h("option", { value: one.index + 1, selected: one.index === place }, optionWords(one)),
      ),
    );
    found.textContent =
      all.length === listed.length
        ? t("{count} of {all} pictures", {
            count: number(all.length, 0),
            all: number(opened.pictures.length, 0),
          })
        : t("{count} of {all} pictures, {listed} of them listed; search for others", {
            count: number(all.length, 0),
            all: number(opened.pictures.length, 0),
            listed: listed.length,
          });
  }
  search.addEventListener("input", () => session.opened && show(session.opened, session.place));
  select.addEventListener("change", () => state.set({ picture: Number(select.value) }));
  return show;
}

/** @param {Opened["pictures"][number]} picture */
function optionWords({ name, boxes, truths }) {
  const values = { name, boxes: number(boxes, 0), truths: number(truths, 0) };
  if (!truths) return t("{name} (boxes: {boxes})", values);
  return t("{name} (boxes: {boxes}, ground truth: {truths})", values);
}

/** Above the picture: back, on, and where one is. @param {FileSession} session */
function pictureBar(session) {
  const bar = $("[data-picture-bar]");
  const [back, on] = [-1, 1].map((by) => {
    const button = $(`[data-picture-step="${by}"]`, bar);
    button.addEventListener("click", () => session.step(by));
    return /** @type {HTMLButtonElement} */ (button);
  });
  return (/** @type {Opened | null} */ opened, /** @type {number} */ place) => {
    const count = opened?.pictures.length ?? 0;
    bar.hidden = count < 2 || $("[data-file-source]").hidden;
    $("[data-picture-place]", bar).textContent = t("{number} of {count} pictures", {
      number: number(place + 1, 0),
      count: number(count, 0),
    });
    $("[data-picture-name]", bar).textContent = opened?.pictures[place]?.name ?? "";
    // A button that is disabled loses the focus, and the keyboard its place.
    back?.setAttribute("aria-disabled", String(place <= 0));
    on?.setAttribute("aria-disabled", String(place >= count - 1));
  };
}
