/**
 * What the labs' pictures on the home page are made with. Each lab has a `thumbnail.js` of its own, whose
 * `thumbnail` draws on a canvas and returns what says the note under it.
 */

import { postForFrame } from "../core/api.js";
import { lastPhoto, rememberFirst } from "../core/photo.js";
import { plane } from "../math/plane.js";
import { paintLayers } from "../views/plot_paint.js";

/** @typedef {(canvas: HTMLCanvasElement, signal: AbortSignal) => Promise<() => string>} Thumbnail */
/** @typedef {import("../core/photo.js").Photo} Photo */
/** @typedef {import("../views/plot.js").Layer} Layer */

/** @param {HTMLCanvasElement} canvas */
export const contextOf = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

/**
 * A lab's run after so many steps, as a plot.
 * @param {object} options
 * @param {string} options.slug
 * @param {number} options.steps
 * @param {{x: [number, number], y: [number, number]}} options.range
 * @param {(frame: any) => {layers: Layer[], note: () => string}} options.draw
 * @param {Record<string, any>} [options.config] other settings than the lab’s
 * @returns {Thumbnail}
 */
export function runThumbnail({ slug, steps, range, draw, config = {} }) {
  return async (canvas, signal) => {
    const { layers, note } = draw(await postForFrame(`/api/labs/${slug}/run`, { config, steps }, signal));
    const on = plane({
      ...range,
      width: canvas.width,
      maxHeight: canvas.height,
      aspect: canvas.width / canvas.height,
      square: false,
      margins: { left: 0, right: 0, top: 0, bottom: 0 },
    });
    paintLayers(contextOf(canvas), on, layers);
    return note;
  };
}

/** @typedef {{photo: Photo, frame: any}} Answered */
/** @type {WeakMap<AbortSignal, Map<string, Promise<Answered>>>} what labs have asked in one visit */
const asked = new WeakMap();

/**
 * The visit's photo and an answer about it; labs that ask the same are answered once.
 * @param {string} address
 * @param {AbortSignal} signal of the visit
 */
export function answerOnPhoto(address, signal) {
  const ofVisit = asked.get(signal) ?? new Map();
  asked.set(signal, ofVisit);
  const answer = ofVisit.get(address) ?? ask(address, signal);
  ofVisit.set(address, answer);
  return answer;
}

/** @param {string} address @param {AbortSignal} signal @returns {Promise<Answered>} */
async function ask(address, signal) {
  const { photo, lost } = await lastPhoto(signal);
  if (!lost) rememberFirst(photo); // a lab opens with it, too; that another one is gone a lab has to say
  return { photo, frame: await postForFrame(address, { image_id: photo.id }, signal) };
}

/**
 * Fill the canvas with the photo; returns what turns photo pixels into the canvas's.
 * @param {CanvasRenderingContext2D} context
 * @param {Photo} photo
 */
export function cover(context, photo) {
  const { width, height } = context.canvas;
  const scale = Math.max(width / photo.width, height / photo.height);
  const [x, y] = [(width - photo.width * scale) / 2, (height - photo.height * scale) / 2];
  context.drawImage(photo.image, x, y, photo.width * scale, photo.height * scale);
  return { scale, x, y };
}
