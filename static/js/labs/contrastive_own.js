/** The visitor's own pictures: one photo, several, or a zip, made into an album by the server. */

import { ApiError, json, uploadFiles } from "../core/api.js";
import { $ } from "../core/dom.js";
import { number, t } from "../core/i18n.js";

/** @param {import("../core/state.js").State} state */
export function ownPart(state) {
  const input = /** @type {HTMLInputElement} */ ($("[data-files]"));
  const said = $("[data-own-said]");
  const progress = /** @type {HTMLProgressElement} */ ($("[data-progress]"));

  /** @param {{count: number, classes: {name: string, count: number}[], left_out: number}} album */
  function tell(album) {
    const words = [t("{count} pictures, 32 × 32.", { count: number(album.count, 0) })];
    if (album.classes.length) words.push(t("Classes: {names}.", { names: album.classes.map((one) => `${one.name} (${number(one.count, 0)})`).join(", ") }));
    else words.push(t("No classes: learning needs none, only the test at the end does."));
    if (album.left_out) words.push(t("{count} files were left out: no picture, damaged, or beside the folders.", { count: album.left_out }));
    said.textContent = words.join(" ");
  }
  /** @param {unknown} error */
  function complain(error) {
    if (!(error instanceof ApiError)) throw error;
    said.textContent = error.message;
  }

  /** @param {File[]} files */
  async function take(files) {
    if (!files.length) return;
    progress.hidden = false;
    progress.value = 0;
    try {
      const album = await uploadFiles("/api/albums", files, (share) => (progress.value = share));
      tell(album);
      state.set({ data: "own", pictures: album.id, picture: 0 });
    } catch (error) {
      complain(error);
    } finally {
      progress.hidden = true;
    }
  }
  input.addEventListener("change", async () => {
    await take([...(input.files ?? [])]);
    input.value = ""; // the same files may be chosen again
  });
  const stage = /** @type {HTMLElement} */ (document.querySelector(".stage"));
  stage.addEventListener("dragover", (event) => event.preventDefault());
  stage.addEventListener("drop", (event) => {
    event.preventDefault();
    void take([...(event.dataTransfer?.files ?? [])]);
  });
  const { data, pictures } = state.values;
  if (data === "own" && pictures) json(`/api/albums/${encodeURIComponent(pictures)}`).then(tell, complain);
}
