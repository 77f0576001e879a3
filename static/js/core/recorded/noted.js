/** What the server answered on this visit, and which pictures it gave: what can be taken away. */

import { at } from "../place.js";
import { keyOf, recording } from "./recording.js";

const MOST = 16 * 2 ** 20; // bytes of all answers
const PICTURES = 40;
const PRIVATE = /^\/api\/(share|rooms)\b/; // who opened a room has its secret in an answer

/** @typedef {{key: string, status: number, type: string, body: Promise<Blob | null>, size: number}} Noted */
/** @type {Map<string, Noted>} the newest last */
const answers = new Map();
/** @type {Set<string>} paths */
const pictures = new Set();

/** @param {string} path @param {RequestInit} init @param {Response} response */
export function noteAnswer(path, init, response) {
  if (!response.ok || PRIVATE.test(path) || init.method === "HEAD") return;
  const key = keyOf(path, init);
  const noted = {
    key,
    status: response.status,
    type: response.headers.get("content-type") ?? "",
    body: response
      .clone()
      .blob() // the browser may keep it on disk
      .then((blob) => {
        noted.size = blob.size;
        forgetOldest();
        return blob;
      })
      .catch(() => null), // the request was aborted
    size: 0,
  };
  answers.delete(key);
  answers.set(key, noted);
}

function forgetOldest() {
  let all = 0;
  for (const { size } of answers.values()) all += size;
  for (const { key, size } of answers.values()) {
    if (all <= MOST) return;
    answers.delete(key);
    all -= size;
  }
}

/** The address of a picture of the server's. @param {string} path @returns {string} */
export function pictureAt(path) {
  if (recording) return recording.files.get(path) ?? "";
  pictures.delete(path);
  pictures.add(path);
  for (const oldest of pictures) if (pictures.size > PICTURES) pictures.delete(oldest);
  return at(path);
}

/** First to last. */
export const notedAnswers = () => [...answers.values()];
export const notedPictures = () => [...pictures];
