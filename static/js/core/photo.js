/**
 * The photo that the visitor works on: uploaded or a sample, remembered for the visit so that the
 * next lab opens with it.
 */

import { json, uploadFiles } from "./api.js";

const KEY = "vitrine-photo";

/**
 * @typedef {object} Photo
 * @property {string} id
 * @property {number} width
 * @property {number} height
 * @property {string} url
 * @property {string} [name] of the sample
 * @property {number[][] | null} [boxes] known boxes of a drawn scene
 * @property {HTMLImageElement} image
 */

/** @param {any} answer @returns {Promise<Photo>} */
async function withPixels(answer) {
  const image = new Image();
  image.src = answer.url;
  await image.decode();
  return { ...answer, image };
}

/** @param {any} answer */
async function remember(answer) {
  const photo = await withPixels(answer);
  sessionStorage.setItem(KEY, JSON.stringify(answer));
  return photo;
}

/** @param {Blob} file @param {(share: number) => void} onProgress */
export const upload = async (file, onProgress) => remember(await uploadFiles("/api/images", [file], onProgress));

/** @param {string} name */
export const chooseSample = async (name) =>
  remember(await json(`/api/samples/${encodeURIComponent(name)}`, { method: "POST" }));

/** @returns {Promise<any[]>} */
export const listSamples = () => json("/api/samples");

/**
 * The photo of the last page, if the server still has it; else the first sample.
 * @returns {Promise<Photo>}
 */
export async function lastPhoto() {
  const kept = sessionStorage.getItem(KEY);
  if (kept) {
    const answer = JSON.parse(kept);
    // Asked before it is shown: an image that is gone would be an error in the console.
    const there = await fetch(answer.url, { method: "HEAD" }).catch(() => null);
    if (there?.ok) return withPixels(answer);
    sessionStorage.removeItem(KEY);
  }
  const [first] = await listSamples();
  return chooseSample(first.name);
}
