/** What the server answered on this visit, and which pictures it gave: what can be taken away. */

import { at } from "../place.js";
import { keyOf, recording } from "./recording.js";

const MOST = 8 * 2 ** 20; // bytes of all answers
const LONGEST = 100_000; // letters of a question: what is longer is some file's content
const PICTURES = 40;
// Who opened a room has its secret in an answer, who shared a run its address.
const PRIVATE = /^\/api\/(share|rooms|albums)\b|\/code$/;

/**
 * @typedef {object} Noted
 * @property {string} key
 * @property {number} status
 * @property {string} type
 * @property {Blob | null} body null until it has come
 */
/** @type {Map<string, Noted>} the newest last */
const answers = new Map();
/** @type {Set<string>} paths */
const pictures = new Set();

/** @param {string} path @param {RequestInit} init @param {Response} response */
export function noteAnswer(path, init, response) {
  const key = keyOf(path, init);
  if (!response.ok || PRIVATE.test(path) || /^(HEAD|DELETE) /.test(key) || key.length > LONGEST) return;
  const { status, headers } = response;
  /** @type {Noted} */
  const noted = { key, status, type: headers.get("content-type") ?? "", body: null };
  answers.delete(key);
  answers.set(key, noted);
  response
    .clone()
    .blob() // the browser may keep it on disk
    .then((blob) => {
      noted.body = blob;
      forgetOldest();
    })
    .catch(() => answers.delete(key)); // the request was aborted
}

const sizeOf = (/** @type {Noted} */ { key, body }) => 2 * key.length + (body?.size ?? 0);

function forgetOldest() {
  let all = [...answers.values()].reduce((sum, one) => sum + sizeOf(one), 0);
  for (const one of answers.values()) {
    if (all <= MOST) return;
    answers.delete(one.key);
    all -= sizeOf(one);
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

/** What has come, first to last. */
export const notedAnswers = () => [...answers.values()].filter(({ body }) => body);
export const notedPictures = () => [...pictures];
