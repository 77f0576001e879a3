/** What a visitor brings becomes an album of this server: its way there, and how it is deleted. */

import { ApiError, json } from "../core/api.js";
import { $ } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { newest } from "../core/newest.js";
import { tell } from "../core/said.js";

/** @param {string} album */
export const addressOf = (album) => `/api/albums/${encodeURIComponent(album)}`;

/**
 * Say what went wrong with it.
 * @param {HTMLElement} said
 * @param {unknown} error one that is not meant for the visitor is thrown again
 */
export function complain(said, error) {
  if (!(error instanceof ApiError)) throw error;
  tell(said, () => error.message);
}

/**
 * The button that deletes what was brought, once at a time.
 * @param {HTMLButtonElement} button
 * @param {object} options
 * @param {() => string} options.address
 * @param {() => void} options.onRemoved
 * @param {(error: unknown) => void} options.onError
 * @param {() => void} options.onGone
 */
export function removePart(button, { address, onRemoved, onError, onGone }) {
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

/** @typedef {import("./own_pictures.js").Album} Album */

/**
 * The way of files to the server, with its progress and a way out.
 * @param {object} options
 * @param {HTMLElement} options.row where the progress is shown
 * @param {HTMLInputElement} options.input which has the focus again after a way out
 * @param {(files: File[], show: (done: number, all: number) => void, signal: AbortSignal) => Promise<any>}
 *   options.upload
 * @param {(album: Album) => void} options.onAlbum
 * @param {(error: unknown) => void} options.onError
 */
export function uploadPart({ row, input, upload, onAlbum, onError }) {
  const progress = /** @type {HTMLProgressElement} */ ($("[data-progress]", row));
  const count = $("[data-own-count]", row);

  /** @param {number} done @param {number} all */
  function show(done, all) {
    progress.value = done / all;
    count.textContent =
      all > 1 ? t("{done} of {all} files", { done: number(Math.floor(done), 0), all: number(all, 0) }) : "";
  }
  const sent = newest({
    ask: (/** @type {File[]} */ files, signal) =>
      upload(files, (done, all) => !signal.aborted && show(done, all), signal),
    show: (album) => {
      row.hidden = true;
      onAlbum(album);
    },
    fail: (error) => {
      row.hidden = true;
      onError(error);
    },
    act: true,
  });
  $("[data-own-cancel]", row).addEventListener("click", () => {
    sent.drop();
    row.hidden = true;
    input.focus();
  });
  return {
    /** @param {File[]} files */
    take(files) {
      if (!files.length) return;
      row.hidden = false;
      show(0, files.length);
      sent.want(files);
    },
  };
}
