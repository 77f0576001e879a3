/** Frames of a video that the browser decodes itself: no server opens one. */

import { ApiError } from "../api.js";
import { t } from "../i18n.js";

const PER_SECOND = 12;
const [FEWEST, MOST] = [25, 64]; // frames; of those that are the same one, the server keeps the first
const LONGER = 128; // pixels of a frame that is sent; it becomes 32 x 32
const PATIENCE = 10_000; // milliseconds for one frame
const BEYOND = 1e9; // seconds: past the end of any video

/** In the middle of so many even parts. @param {number} seconds how long the video is */
export function timesOf(seconds) {
  const count = Math.min(MOST, Math.max(FEWEST, Math.round(seconds * PER_SECOND)));
  return Array.from({ length: count }, (_, i) => ((i + 0.5) / count) * seconds);
}

const undecodable = () =>
  new ApiError("video_refused", () =>
    t("This browser cannot decode this video. Choose another one, or an animated GIF, WebP or PNG."),
  );

/**
 * Its frames at even times, as pictures in order. Rejects with an `ApiError` where the browser cannot decode
 * it.
 * @param {Blob} file
 * @param {(done: number, all: number) => void} onProgress
 * @param {AbortSignal} signal
 */
export async function framesOf(file, onProgress, signal) {
  const video = Object.assign(document.createElement("video"), { muted: true, preload: "auto" });
  const address = URL.createObjectURL(file);
  try {
    await after(video, "loadeddata", () => (video.src = address), signal);
    const times = timesOf(await secondsOf(video, signal));
    const frames = [];
    for (const time of times) {
      await after(video, "seeked", () => (video.currentTime = time), signal);
      frames.push(await drawn(video));
      onProgress(frames.length, times.length);
    }
    return frames;
  } finally {
    video.removeAttribute("src");
    video.load();
    URL.revokeObjectURL(address);
  }
}

/**
 * Once that has happened to the video; rejects where it cannot, or never does.
 * @param {HTMLVideoElement} video @param {string} event @param {() => void} begin @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function after(video, event, begin, signal) {
  return new Promise((resolve, reject) => {
    const ended = new AbortController();
    const timer = setTimeout(() => end(() => reject(undecodable())), PATIENCE);
    const end = (/** @type {() => void} */ settle) => {
      clearTimeout(timer);
      ended.abort();
      settle();
    };
    const once = { signal: ended.signal };
    video.addEventListener(event, () => end(resolve), once);
    video.addEventListener("error", () => end(() => reject(undecodable())), once);
    signal.addEventListener("abort", () => end(() => reject(signal.reason)), once);
    if (signal.aborted) end(() => reject(signal.reason));
    else begin();
  });
}

/**
 * How long it is. What a browser has just recorded does not say it: then its end is looked for.
 * @param {HTMLVideoElement} video @param {AbortSignal} signal
 */
async function secondsOf(video, signal) {
  if (!Number.isFinite(video.duration))
    await after(video, "seeked", () => (video.currentTime = BEYOND), signal);
  const seconds = Number.isFinite(video.duration) ? video.duration : video.currentTime;
  if (!(seconds > 0) || !video.videoWidth) throw undecodable(); // sound alone has no frames
  return seconds;
}

/** What the video shows now, as a picture. @param {HTMLVideoElement} video @returns {Promise<Blob>} */
function drawn(video) {
  const { videoWidth, videoHeight } = video;
  const share = Math.min(1, LONGER / Math.max(videoWidth, videoHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(videoWidth * share));
  canvas.height = Math.max(1, Math.round(videoHeight * share));
  const context = canvas.getContext("2d");
  if (context) context.imageSmoothingQuality = "high";
  context?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(undecodable())), "image/png"),
  );
}
