/** The puzzles on show: what the server drew for the page's settings, as pictures. */

import { tilesOf } from "../../core/pixels.js";

/**
 * @typedef {object} Puzzles
 * @property {any} header
 * @property {string} key of the settings that they were drawn for
 * @property {OffscreenCanvas[][]} inputs of each puzzle, the pictures that the network gets
 * @property {OffscreenCanvas[]} originals what the inputs were made of
 * @property {OffscreenCanvas[][]} clips all frames of the first puzzles' clips
 * @property {OffscreenCanvas[]} pictures whose neighbors are shown
 * @property {ArrayLike<number>} truth
 * @property {Uint8Array} hidden [N, 32, 32], or none
 * @property {ArrayLike<number>} at where each part was taken from
 * @property {ArrayLike<number>} labels of the pictures
 * @property {Answers} shipped what the shipped network answers
 */
/** @typedef {{scores: Float32Array, painted: OffscreenCanvas[]}} Answers */

export const SIDE = 32;

/** @param {{header: any, arrays: any}} answer @param {string} key @returns {Puzzles} */
export function puzzlesOf({ header, arrays }, key) {
  const count = 16;
  const tiles = tilesOf(arrays.inputs, header.side);
  const shown = Math.min(count, tilesOf(arrays.originals, SIDE).length);
  const each = Math.max(1, Math.round(tiles.length / shown));
  const group = (/** @type {OffscreenCanvas[]} */ all, /** @type {number} */ n) =>
    Array.from({ length: Math.floor(all.length / n) }, (_, i) => all.slice(i * n, (i + 1) * n));
  const clips = tilesOf(arrays.clips, SIDE);
  return {
    header,
    key,
    inputs: group(tiles, each),
    originals: tilesOf(arrays.originals, SIDE),
    clips: clips.length ? group(clips, clips.length / Math.min(8, shown)) : [],
    pictures: tilesOf(arrays.pictures, SIDE),
    truth: arrays.truth,
    hidden: arrays.hidden,
    at: arrays.at,
    labels: arrays.labels,
    shipped: { scores: arrays.scores, painted: tilesOf(arrays.painted, SIDE) },
  };
}

/**
 * The probabilities that a network gives to a puzzle's answers, highest first.
 * @param {ArrayLike<number>} scores [N, C]
 * @param {number} puzzle
 * @param {number} answers C
 */
export function ranked(scores, puzzle, answers) {
  const own = Array.from({ length: answers }, (_, i) => ({
    answer: i,
    probability: Number(scores[puzzle * answers + i]),
  }));
  return own.sort((a, b) => b.probability - a.probability);
}

/**
 * An answer with what was visible left as it was.
 * @param {OffscreenCanvas} answer
 * @param {OffscreenCanvas} original
 * @param {Uint8Array} hidden of all puzzles
 * @param {number} at which puzzle
 */
export function overVisible(answer, original, hidden, at) {
  const [under, over] = [readable(original), readable(answer)];
  const [image, filled] = [under, over].map((one) => one.getImageData(0, 0, SIDE, SIDE));
  if (!image || !filled) return original;
  for (let i = 0; i < SIDE * SIDE; i++)
    if (hidden[at * SIDE * SIDE + i])
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = filled.data[4 * i + c] ?? 0;
  under.putImageData(image, 0, 0);
  return under.canvas;
}

/** A copy whose pixels are read. @param {OffscreenCanvas} tile */
function readable(tile) {
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("this browser draws no canvas");
  context.drawImage(tile, 0, 0);
  return context;
}

/** @param {Uint8Array} bytes [D, 3, 32, 32] @returns {OffscreenCanvas[]} */
export const paintedOf = (bytes) => (bytes.length ? tilesOf(bytes, SIDE) : []);
