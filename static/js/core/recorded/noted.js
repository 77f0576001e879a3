/** What the server answered on this visit, and which pictures it gave: what can be taken away. */

import { at } from "../place.js";
import { keyOf, recording } from "./recording.js";

const MOST = 60; // answers
const LARGEST = 3 * 2 ** 20; // bytes of one
const PICTURES = 40;

/** @typedef {{key: string, status: number, type: string, body: Promise<Blob | null>}} Noted */
/** @type {Map<string, Noted>} the newest last */
const answers = new Map();
/** @type {Set<string>} paths */
const pictures = new Set();

/** @param {string} path @param {RequestInit} init @param {Response} response */
export function noteAnswer(path, init, response) {
  if (!response.ok || Number(response.headers.get("content-length") ?? 0) > LARGEST) return;
  const key = keyOf(path, init);
  const body = response.clone().blob(); // the browser may keep it on disk
  answers.delete(key);
  answers.set(key, {
    key,
    status: response.status,
    type: response.headers.get("content-type") ?? "",
    body: body.then((blob) => (blob.size > LARGEST ? null : blob)).catch(() => null), // aborted
  });
  keepNewest(answers, MOST);
}

/** The address of a picture of the server's. @param {string} path @returns {string} */
export function pictureAt(path) {
  if (recording) return recording.files.get(path) ?? "";
  pictures.delete(path);
  pictures.add(path);
  keepNewest(pictures, PICTURES);
  return at(path);
}

/** @param {Map<string, unknown> | Set<string>} kept @param {number} most */
function keepNewest(kept, most) {
  for (const oldest of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(oldest);
  }
}

/** First to last. */
export const notedAnswers = () => [...answers.values()];
export const notedPictures = () => [...pictures];
