/** The visitor's own pictures: one photo, many, or zips, made into an album by the server. */

import { uploadAlbum } from "../core/files/album_upload.js";
import { json } from "../core/api.js";
import { $ } from "../core/dom.js";
import { number, onLanguage, sentences, t } from "../core/i18n.js";
import { newest } from "../core/newest.js";
import { tell } from "../core/said.js";
import { servedText } from "../core/served.js";
import { addressOf, complain, removePart, uploadPart } from "./own_files.js";

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

/**
 * @typedef {object} Options
 * @property {() => void} onTold what the server tells of the album has changed
 * @property {{data: string, words: () => string}} without what is learned from, and said, when the
 *   pictures are deleted
 */

export class OwnPictures {
  /** @type {Album | null} the album that the server has told of */
  here = null;
  said = $("[data-own-said]");
  input = /** @type {HTMLInputElement} */ ($("[data-files]"));
  remove = /** @type {HTMLButtonElement} */ ($("[data-own-delete]"));

  /**
   * @param {import("../core/state.js").State} state has `data`, `pictures`, `classes` and `picture`
   * @param {Options} options
   */
  constructor(state, options) {
    this.state = state;
    this.options = options;
    const onError = (/** @type {unknown} */ error) => complain(this.said, error);
    const { take } = uploadPart({
      row: $("[data-own-progress]"),
      input: this.input,
      upload: uploadAlbum,
      onAlbum: (album) => this.take(album),
      onError,
    });
    removePart(this.remove, {
      address: () => addressOf(this.here?.id ?? ""),
      onRemoved: () => {
        tell(this.said, options.without.words);
        this.leave();
      },
      onError,
      onGone: () => this.leave(),
    });
    this.said.after($('[data-control="classes"]')); // beside what it changes
    state.subscribe(() => this.showRemove());
    followPart(state, { here: () => this.here, onAlbum: (album) => this.tell(album), onError });
    takeFiles(this.input, take);
  }

  /** The server has made an album of the visitor's files. @param {Album} album */
  take(album) {
    this.here = album; // so that what follows asks for nothing
    this.state.set({ data: "own", pictures: album.id, classes: album.rule, picture: 0 });
    this.tell(album);
  }

  /** @param {Album} album */
  tell(album) {
    this.here = album;
    this.showRemove();
    offerRules(album);
    tell(this.said, () => sentences(wordsOf(album)));
    this.options.onTold();
  }

  /** Where other pictures are on show, nobody would know which ones it deletes. */
  showRemove() {
    const { data, pictures } = this.state.values;
    this.remove.hidden = data !== "own" || pictures === "" || pictures !== this.here?.id;
  }

  /** Back to the lab's own pictures. The button hides, so that the focus needs another place. */
  leave() {
    this.here = null;
    this.input.focus();
    this.state.set({ data: this.options.without.data, pictures: "", classes: "auto", picture: 0 });
  }

  /** Whether the album on show has classes to choose. */
  get choosable() {
    const { here } = this;
    if (here === null || here.id !== this.state.values.pictures) return false;
    return !here.patches && Object.keys(here.rules).length > 1;
  }
}

/**
 * What the server tells of the album that the address names, by the rule that it names.
 * @param {import("../core/state.js").State} state
 * @param {object} options
 * @param {() => Album | null} options.here
 * @param {(album: Album) => void} options.onAlbum
 * @param {(error: unknown) => void} options.onError
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
  // The server's notes on an album, and what its classes are called.
  onLanguage(() => {
    const { data, pictures, classes } = state.values;
    facts.drop();
    if (data === "own" && pictures && pictures === here()?.id) facts.want({ pictures, classes });
  });
}

/** @param {Album} album */
function wordsOf({ count, classes, notes }) {
  const names = classes
    .map((one) => t("{name} ({note})", { name: one.name, note: number(one.count, 0) }))
    .join(t(", "));
  return [
    t("{count} pictures, 32 × 32.", { count: number(count, 0) }),
    classes.length
      ? t("Classes: {names}.", { names })
      : t("No classes: learning needs none, only the test at the end does."),
    ...notes,
  ];
}

/**
 * Each rule says how many classes it tells; one that tells none, or too many, cannot be chosen.
 * @param {Album} album
 */
function offerRules({ rule, rules }) {
  const choice = /** @type {HTMLSelectElement} */ ($("select[name=classes]"));
  for (const option of choice.options) {
    const count = rules[option.value] ?? 0;
    tell(option, () => {
      const title = servedText(option);
      return count ? t("{rule} ({count})", { rule: title, count }) : title;
    });
    option.disabled = option.value !== rule && option.value !== "none" && (count < 2 || count > MOST_CLASSES);
  }
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
