/** Boxes that one lab hands to another, with the picture under them: kept for this tab, taken once. */

import { recall, remember } from "../core/memory.js";

const KEY = "vitrine-handed-boxes";

/**
 * @typedef {object} Handed
 * @property {{name: string, text: string}[]} documents in COCO's form
 * @property {string} picture its name in them
 * @property {string} image a data URL; "": the boxes go alone
 */

/** A picture that is too large to be kept stays behind. @param {Handed} handed */
export function handBoxes(handed) {
  const whole = JSON.stringify(handed);
  remember(KEY, whole);
  if (recall(KEY) !== whole) remember(KEY, JSON.stringify({ ...handed, image: "" }));
}

/**
 * What was handed, as the files that a visitor would open; null if nothing was.
 * @returns {{documents: File[], images: File[]} | null}
 */
export function handedBoxes() {
  const kept = recall(KEY);
  if (!kept) return null;
  remember(KEY, "");
  const { documents, picture, image } = /** @type {Handed} */ (JSON.parse(kept));
  return {
    documents: documents.map(({ name, text }) => new File([text], name, { type: "application/json" })),
    images: image ? [fileOf(picture, image)] : [],
  };
}

/** @param {string} name @param {string} url of data */
function fileOf(name, url) {
  const [head = "", body = ""] = url.split(",");
  const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  return new File([bytes], name, { type: /data:([^;]+)/.exec(head)?.[1] ?? "image/png" });
}
