/** Small pictures as elements, and what views are called. */

import { h } from "../core/dom.js";

export const SIDE = 32; // pixels of a picture
export const KEY_SIDE = 16; // of a key's picture

/** A picture as an element. @param {OffscreenCanvas | undefined} tile @param {string} [label] */
export function pictureOf(tile, label) {
  const canvas = h("canvas", { class: "tile", ...(label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" }), width: SIDE, height: SIDE });
  if (tile) canvas.getContext("2d")?.drawImage(tile, 0, 0, SIDE, SIDE);
  return canvas;
}

/** The name of a view: its picture's number and which of the two. @param {number} view @param {number} count */
export const nameOf = (view, count) => `${(view % (count / 2)) + 1}${view < count / 2 ? "a" : "b"}`;
