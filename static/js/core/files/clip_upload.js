/** A clip of the visitor's: an animated picture goes to the server as it is, of a video its frames. */

import { uploadFiles } from "../api.js";
import { framesOf } from "./video_frames.js";

const CLIPS = "/api/albums/clips";
// Where a file does not say that it is a video: WebM and Matroska, and ISO media that is no picture.
const EBML = [0x1a, 0x45, 0xdf, 0xa3];
const PICTURE_BRANDS = /avi[fs]|hei[cxms]|hev[cx]|mif1|msf1/;

/** @param {File} file */
async function isVideo(file) {
  if (file.type) return file.type.startsWith("video/");
  const head = new Uint8Array(await file.slice(0, 32).arrayBuffer());
  const text = String.fromCharCode(...head);
  return (
    EBML.every((byte, i) => head[i] === byte) || (text.startsWith("ftyp", 4) && !PICTURE_BRANDS.test(text))
  );
}

/**
 * The album that the server made of a clip's frames. Rejects with an `ApiError` where it is none.
 * @param {File} file
 * @param {(share: number) => void} onProgress from 0 to 1
 * @param {AbortSignal} signal
 * @returns {Promise<any>}
 */
export async function uploadClip(file, onProgress, signal) {
  const video = await isVideo(file);
  const half = (/** @type {number} */ share) => onProgress(video ? 0.5 + share / 2 : share);
  const files = video ? await framesOf(file, (done, all) => onProgress(done / all / 2), signal) : [file];
  return uploadFiles(CLIPS, files, half, signal);
}
