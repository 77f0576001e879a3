/** Small pictures as elements. */

import { h } from "../core/dom.js";

export const SIDE = 32; // pixels of a picture

/** A picture as an element. @param {OffscreenCanvas | undefined} tile @param {string} [label] */
export function pictureOf(tile, label) {
  const { canvas, paint } = heldPicture();
  paint(tile, label);
  return canvas;
}

/** An element that shows one picture after another. */
export function heldPicture() {
  const canvas = h("canvas", { class: "tile", "aria-hidden": "true", width: SIDE, height: SIDE });
  /** @type {OffscreenCanvas | undefined} */
  let held;
  /** @param {OffscreenCanvas | undefined} tile @param {string} [label] */
  function paint(tile, label) {
    if (label && canvas.getAttribute("aria-label") !== label) {
      canvas.removeAttribute("aria-hidden");
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", label);
    }
    if (tile === held) return;
    held = tile;
    const context = canvas.getContext("2d");
    context?.clearRect(0, 0, SIDE, SIDE);
    if (tile) context?.drawImage(tile, 0, 0, SIDE, SIDE);
  }
  return { canvas, paint };
}
