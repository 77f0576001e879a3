/** The visitor's own pictures: one photo, several, or a zip, made into an album by the server. */

import { ApiError, json, uploadFiles } from "../core/api.js";
import { $ } from "../core/dom.js";
import { number, sentences, t } from "../core/i18n.js";
import { newest } from "../core/newest.js";

/** @param {string} album */
const addressOf = (album) => `/api/albums/${encodeURIComponent(album)}`;

/** @param {import("../core/state.js").State} state */
export function ownPart(state) {
  const input = /** @type {HTMLInputElement} */ ($("[data-files]"));
  const said = $("[data-own-said]");
  const remove = /** @type {HTMLButtonElement} */ ($("[data-own-delete]"));
  const progress = /** @type {HTMLProgressElement} */ ($("[data-progress]"));

  let here = ""; // the album that the server has told of

  /** @param {{id: string, count: number, classes: {name: string, count: number}[], left_out: number}} album */
  function tell(album) {
    here = album.id;
    showRemove();
    const words = [t("{count} pictures, 32 × 32.", { count: number(album.count, 0) })];
    if (album.classes.length) words.push(t("Classes: {names}.", { names: album.classes.map((one) => `${one.name} (${number(one.count, 0)})`).join(", ") }));
    else words.push(t("No classes: learning needs none, only the test at the end does."));
    if (album.left_out) words.push(t("{count} files were left out: no picture, damaged, or beside the folders.", { count: album.left_out }));
    said.textContent = sentences(words);
  }
  // Where other pictures are on show, nobody would know which ones it deletes.
  function showRemove() {
    const { data, pictures } = state.values;
    remove.hidden = data !== "own" || pictures === "" || pictures !== here;
  }
  /** @param {unknown} error */
  function complain(error) {
    if (!(error instanceof ApiError)) throw error;
    said.textContent = error.message;
  }

  const upload = newest({
    ask: (/** @type {File[]} */ files, signal) => uploadFiles("/api/albums", files, (share) => (progress.value = share), signal),
    show: (album) => {
      progress.hidden = true;
      state.set({ data: "own", pictures: album.id, picture: 0 });
      tell(album);
    },
    fail: (error) => {
      progress.hidden = true;
      complain(error);
    },
    same: () => false,
  });
  /** @param {File[]} files */
  function take(files) {
    if (!files.length) return;
    progress.hidden = false;
    progress.value = 0;
    upload.want(files);
  }
  remove.addEventListener("click", async () => {
    remove.disabled = true;
    try {
      await json(addressOf(here), { method: "DELETE" });
      said.textContent = t("These pictures are deleted from this server. Back to the shapes drawn by Vitrine.");
      leave();
    } catch (error) {
      complain(error);
      if (error instanceof ApiError && error.code === "album_gone") leave(); // someone was quicker
    } finally {
      remove.disabled = false;
    }
  });
  /** Back to the built-in scenes. The button hides, so that the focus needs another place. */
  function leave() {
    here = "";
    input.focus();
    state.set({ data: "scenes", pictures: "", picture: 0 });
  }
  state.subscribe(showRemove);
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
  const { data, pictures } = state.values;
  if (data === "own" && pictures) json(addressOf(pictures)).then((album) => state.values.pictures === album.id && tell(album), complain);
}
