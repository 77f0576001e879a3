/** Pictures of puzzles as elements. */

import { h } from "../../core/dom.js";

/** One picture, drawn at its own pixels. @param {OffscreenCanvas | undefined} tile @param {string} [label] */
export function picture(tile, label) {
  const canvas = h("canvas", { class: "tile", width: tile?.width ?? 1, height: tile?.height ?? 1 });
  if (label) {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", label);
  } else canvas.setAttribute("aria-hidden", "true");
  if (tile) canvas.getContext("2d")?.drawImage(tile, 0, 0);
  return canvas;
}

/** Several side by side: the parts of one input. @param {OffscreenCanvas[]} tiles @param {string} [look] */
export const pictures = (tiles, look = "") =>
  h("div", { class: `parts-of-input ${look}` }, ...tiles.map((tile) => picture(tile)));

/** With its name below. @param {OffscreenCanvas | undefined} tile @param {string} name */
export const named = (tile, name) => h("figure", {}, picture(tile, name), h("figcaption", {}, name));
