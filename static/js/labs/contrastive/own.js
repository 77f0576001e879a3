/** The visitor's own pictures: one photo, many, or zips, made into an album by the server. */

import { uploadAlbum } from "../../core/files/album_upload.js";
import { ApiError, json } from "../../core/api.js";
import { $ } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";

const MOST_CLASSES = 100;

/**
 * @typedef {object} Album what the server tells of one
 * @property {string} id
 * @property {number} count
 * @property {{name: string, count: number}[]} classes
 * @property {string} rule what tells the classes
 * @property {Record<string, number>} rules how many classes each rule tells
 * @property {boolean} patches
 * @property {string[]} notes sentences about what it is made of
 */

/** @param {string} album */
const addressOf = (album) => `/api/albums/${encodeURIComponent(album)}`;

/**
 * @param {import("../../core/state.js").State} state
 * @param {() => void} onTold what the server tells of the album has changed
 */
export function ownPart(state, onTold) {
  const input = /** @type {HTMLInputElement} */ ($("[data-files]"));
  const said = $("[data-own-said]");
  const remove = /** @type {HTMLButtonElement} */ ($("[data-own-delete]"));
  /** @type {Album | null} the album that the server has told of */
  let here = null;

  /** @param {Album} album */
  function tell(album) {
    here = album;
    showRemove();
    offerRules(album);
    said.textContent = sentences(wordsOf(album));
    onTold();
  }
  // Where other pictures are on show, nobody would know which ones it deletes.
  function showRemove() {
    const { data, pictures } = state.values;
    remove.hidden = data !== "own" || pictures === "" || pictures !== here?.id;
  }
  /** @param {unknown} error */
  function complain(error) {
    if (!(error instanceof ApiError)) throw error;
    said.textContent = error.message;
  }
  const { take } = uploadPart({
    onAlbum: (album) => {
      here = album; // so that what follows asks for nothing
      state.set({ data: "own", pictures: album.id, classes: album.rule, picture: 0 });
      tell(album);
    },
    onError: complain,
  });
  removePart(remove, {
    address: () => addressOf(here?.id ?? ""),
    onRemoved: () => {
      said.textContent = t(
        "These pictures are deleted from this server. Back to the shapes drawn by Vitrine.",
      );
      leave();
    },
    onError: complain,
    onGone: () => leave(),
  });
  /** Back to the built-in scenes. The button hides, so that the focus needs another place. */
  function leave() {
    here = null;
    input.focus();
    state.set({ data: "scenes", pictures: "", classes: "auto", picture: 0 });
  }
  said.after($('[data-control="classes"]')); // beside what it changes
  state.subscribe(showRemove);
  followPart(state, { here: () => here, onAlbum: tell, onError: complain });
  takeFiles(input, take);

  return {
    /** Whether the album on show has classes to choose. */
    get choosable() {
      return (
        here !== null &&
        here.id === state.values.pictures &&
        !here.patches &&
        Object.keys(here.rules).length > 1
      );
    },
  };
}

/**
 * What the server tells of the album that the address names, by the rule that it names.
 * @param {import("../../core/state.js").State} state
 * @param {{here: () => Album | null, onAlbum: (album: Album) => void, onError: (error: unknown) => void}}
 *   options
 */
function followPart(state, { here, onAlbum, onError }) {
  const facts = newest({
    ask: (/** @type {{pictures: string, classes: string}} */ { pictures, classes }, signal) =>
      json(`${addressOf(pictures)}?classes=${encodeURIComponent(classes)}`, { signal }),
    show: (album, { pictures }) => state.values.pictures === pictures && onAlbum(album),
    fail: onError,
  });
  /** @param {Set<string>} changed */
  function follow(changed) {
    if (!["data", "pictures", "classes"].some((name) => changed.has(name))) return;
    const { data, pictures, classes } = state.values;
    const known = pictures === here()?.id && classes === here()?.rule;
    if (data !== "own" || !pictures || known)
      facts.drop(); // an answer under way is of another rule
    else facts.want({ pictures, classes });
  }
  state.subscribe(follow);
  follow(new Set(["pictures"]));
}

/**
 * The button that deletes the pictures, once at a time.
 * @param {HTMLButtonElement} button
 * @param {{address: () => string, onRemoved: () => void, onError: (error: unknown) => void, onGone: () =>
 *   void}} options
 */
function removePart(button, { address, onRemoved, onError, onGone }) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await json(address(), { method: "DELETE" });
      onRemoved();
    } catch (error) {
      onError(error);
      if (error instanceof ApiError && error.code === "album_gone") onGone(); // someone was quicker
    } finally {
      button.disabled = false;
    }
  });
}

/** @param {Album} album */
function wordsOf({ count, classes, notes }) {
  const names = classes.map((one) => `${one.name} (${number(one.count, 0)})`).join(t(", "));
  return [
    t("{count} pictures, 32 × 32.", { count: number(count, 0) }),
    classes.length
      ? t("Classes: {names}.", { names })
      : t("No classes: learning needs none, only the test at the end does."),
    ...notes,
  ];
}

/** @type {Map<string, string>} a rule's words, without a number of classes */
const titles = new Map();

/**
 * Each rule says how many classes it tells; one that tells none, or too many, cannot be chosen.
 * @param {Album} album
 */
function offerRules({ rule, rules }) {
  const choice = /** @type {HTMLSelectElement} */ ($("select[name=classes]"));
  for (const option of choice.options) {
    const title = titles.get(option.value) ?? option.text;
    titles.set(option.value, title);
    const count = rules[option.value] ?? 0;
    option.text = count ? t("{rule} ({count})", { rule: title, count }) : title;
    option.disabled = option.value !== rule && option.value !== "none" && (count < 2 || count > MOST_CLASSES);
  }
}

/**
 * The way of files to the server, with its progress and a way out.
 * @param {{onAlbum: (album: Album) => void, onError: (error: unknown) => void}} options
 */
function uploadPart({ onAlbum, onError }) {
  const row = $("[data-own-progress]");
  const progress = /** @type {HTMLProgressElement} */ ($("[data-progress]", row));
  const count = $("[data-own-count]", row);

  /** @param {number} done @param {number} all */
  function show(done, all) {
    progress.value = done / all;
    count.textContent =
      all > 1 ? t("{done} of {all} files", { done: number(Math.floor(done), 0), all: number(all, 0) }) : "";
  }
  const upload = newest({
    ask: (/** @type {File[]} */ files, signal) =>
      uploadAlbum(files, (done, all) => !signal.aborted && show(done, all), signal),
    show: (album) => {
      row.hidden = true;
      onAlbum(album);
    },
    fail: (error) => {
      row.hidden = true;
      onError(error);
    },
    same: () => false,
  });
  $("[data-own-cancel]", row).addEventListener("click", () => {
    upload.drop();
    row.hidden = true;
    $("[data-files]").focus();
  });
  return {
    /** @param {File[]} files */
    take(files) {
      if (!files.length) return;
      row.hidden = false;
      show(0, files.length);
      upload.want(files);
    },
  };
}

/**
 * Files by the picker, and dropped on the picture.
 * @param {HTMLInputElement} input
 * @param {(files: File[]) => void} take
 */
function takeFiles(input, take) {
  input.addEventListener("change", () => {
    take([...(input.files ?? [])]);
    input.value = ""; // the same files may be chosen again
  });
  const stage = /** @type {HTMLElement} */ (document.querySelector(".stage"));
  stage.addEventListener("dragover", (event) => event.preventDefault());
  stage.addEventListener("drop", (event) => {
    event.preventDefault();
    take([...(event.dataTransfer?.files ?? [])]);
  });
}
