/** Photos from the server: uploaded, a sample, or the one that the visit remembers. */

import { ApiError, isThere, json, uploadFiles } from "./api.js";
import { t } from "./i18n.js";
import { recall, remember } from "./memory.js";
import { pictureAt } from "./recorded/noted.js";
import { recording } from "./recorded/recording.js";
import { roomPhoto } from "./room/member.js";
import { reduced } from "./files/reduce.js";

const KEY = "vitrine-photo";

/**
 * @typedef {object} Photo
 * @property {string} id
 * @property {number} width
 * @property {number} height
 * @property {string} url
 * @property {boolean} [incomplete] a JPEG that breaks off
 * @property {string} [name] of the sample
 * @property {number[][] | null} [boxes] known boxes of a drawn scene
 * @property {string[] | null} [classes] their classes, by their names in the code
 * @property {boolean} [passing] of one page alone: no other page opens with it
 * @property {HTMLImageElement} image
 */
/** @typedef {{name: string, title: string, thumbnail: string}} Sample */

/**
 * The picture that the server answered, once its pixels are there.
 * @param {any} answer
 * @param {AbortSignal} signal
 * @returns {Promise<Photo>}
 */
export async function withPixels(answer, signal) {
  const image = new Image();
  const stop = () => (image.src = "");
  signal.addEventListener("abort", stop);
  image.src = pictureAt(answer.url);
  try {
    await image.decode();
  } catch {
    signal.throwIfAborted();
    throw new ApiError("image_gone", () => t("The photo could not be loaded. Please choose it again."));
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return { ...answer, image };
}

/** @param {Blob} file @param {(share: number) => void} onProgress @param {AbortSignal} signal */
export async function uploadPhoto(file, onProgress, signal) {
  const small = await reduced(file);
  signal.throwIfAborted();
  return withPixels(await uploadFiles("/api/images", [small], onProgress, signal), signal);
}

/** @param {string} name @param {AbortSignal} signal */
export const samplePhoto = async (name, signal) =>
  withPixels(await json(`/api/samples/${encodeURIComponent(name)}`, { method: "POST", signal }), signal);

/** @param {AbortSignal} signal @returns {Promise<Sample[]>} */
export const listSamples = (signal) => json("/api/samples", { signal });

/** Remember the photo for the visit, so that the next lab opens with it. @param {Photo} photo */
export function rememberPhoto({ image: _, ...answer }) {
  if (answer.id === roomPhoto()?.id) return; // it is the presenter's
  remember(KEY, JSON.stringify(answer));
}

/** The same, unless the visit remembers another by now, one chosen meanwhile. @param {Photo} photo */
export function rememberFirst(photo) {
  const kept = JSON.parse(recall(KEY) ?? "null");
  if (!kept || kept.id === photo.id) rememberPhoto(photo);
}

/**
 * The photo of the room that is followed, or the one that the visit remembers, if the server still has it;
 * else the first sample, and `lost` says whether it stands for a photo that is gone. Whoever has
 * told so remembers the sample.
 * @param {AbortSignal} signal
 * @param {Sample[]} [samples] if they are known already
 * @returns {Promise<{photo: Photo, lost: boolean}>}
 */
export async function lastPhoto(signal, samples) {
  const kept = recording?.photo ?? roomPhoto() ?? JSON.parse(recall(KEY) ?? "null");
  // Asked before it is shown: an image that is gone would be an error in the console.
  if (kept && (await isThere(kept.url, signal)))
    return { photo: await withPixels(kept, signal), lost: false };
  const [first] = samples ?? (await listSamples(signal));
  if (!first) throw new ApiError("no_samples", () => t("There are no sample pictures on this server."));
  return { photo: await samplePhoto(first.name, signal), lost: kept !== null };
}
