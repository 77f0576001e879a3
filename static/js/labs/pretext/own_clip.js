/** The visitor's own clip: chosen in the view of clips, asked about in every task on video. */

import { json } from "../../core/api.js";
import { $ } from "../../core/dom.js";
import { uploadClip } from "../../core/files/clip_upload.js";
import { number, onLanguage, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { tell } from "../../core/said.js";
import { addressOf, complain, removePart, uploadPart } from "../../parts/own_files.js";

/** @typedef {{id: string, count: number, notes: string[]}} Clip what the server tells of one */

/** Whether a clip of the visitor's is asked for and none was chosen. @param {Record<string, any>} values */
export const lacksClip = ({ clips, clip }) => clips === "own" && !clip;

export const chooseClip = () =>
  t("Choose a clip of your own first: an animated GIF, WebP or PNG, or a video.");

export class OwnClip {
  /** @type {Clip | null} */
  here = null;
  said = $("[data-clip-own-said]");
  input = /** @type {HTMLInputElement} */ ($("[data-clip-file]"));
  remove = /** @type {HTMLButtonElement} */ ($("[data-clip-delete]"));

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    const onError = (/** @type {unknown} */ error) => complain(this.said, error);
    const { take } = uploadPart({
      row: $("[data-clip-progress]"),
      input: this.input,
      upload: ([file], show, signal) =>
        uploadClip(/** @type {File} */ (file), (share) => show(share, 1), signal),
      onAlbum: (album) => this.take(album),
      onError,
    });
    this.input.addEventListener("change", () => {
      take([...(this.input.files ?? [])].slice(0, 1));
      this.input.value = ""; // the same file may be chosen again
    });
    removePart(this.remove, {
      address: () => addressOf(this.here?.id ?? ""),
      onRemoved: () => {
        tell(this.said, () => t("This clip is deleted from this server. Back to thrown things."));
        this.leave();
      },
      onError,
      onGone: () => this.leave(),
    });
    this.facts = newest({
      ask: (/** @type {string} */ clip, signal) => json(addressOf(clip), { signal }),
      show: (album, clip) => this.state.values.clip === clip && this.tell(album),
      fail: onError,
    });
    state.subscribe((changed) => (changed.has("clip") || changed.has("clips")) && this.follow());
    onLanguage(() => this.here && this.facts.want(this.here.id)); // the server's notes
    this.follow();
  }

  /** @param {Clip} clip */
  take(clip) {
    this.here = clip;
    this.state.set({ clips: "own", clip: clip.id });
    this.tell(clip);
  }

  /** @param {Clip} clip */
  tell(clip) {
    this.here = clip;
    this.follow();
    tell(this.said, () =>
      sentences([t("Your clip: {count} frames, 32 × 32.", { count: number(clip.count, 0) }), ...clip.notes]),
    );
  }

  /** What the address names is asked for, and may be deleted where it is on show. */
  follow() {
    const { clips, clip } = this.state.values;
    this.remove.hidden = clips !== "own" || clip === "" || clip !== this.here?.id;
    if (!clip || clip === this.here?.id) this.facts.drop();
    else this.facts.want(clip);
  }

  /** Back to drawn clips. The button hides, so that the focus needs another place. */
  leave() {
    this.here = null;
    this.input.focus();
    this.state.set({ clips: "thrown", clip: "" });
  }
}
