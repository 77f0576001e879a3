/** How high a picture of a view may be, with what else the view shows in sight. */

import { roomFor } from "../../views/room.js";

const LEAST = 140; // CSS pixels

/**
 * Room for a child of the view, however high it is now.
 * @param {HTMLElement} block
 * @param {number} share of the window's height, on a page that scrolls
 */
export function roomOf(block, share) {
  const view = block.parentElement;
  const others = view && inPanes.matches ? view.offsetHeight - block.offsetHeight : 0;
  return Math.max(LEAST, roomFor(block, { least: 0, share }) - others);
}

/**
 * Room for the picture in a child of the view, beside its captions.
 * @param {HTMLElement} block
 * @param {number} share of the window's height, on a page that scrolls
 */
export function roomIn(block, share) {
  const frames = /** @type {HTMLElement[]} */ ([...block.querySelectorAll(".picture")]);
  const highest = Math.max(0, ...frames.map((frame) => frame.offsetHeight));
  const captions = inPanes.matches ? block.offsetHeight - highest : 0;
  return Math.max(LEAST, roomOf(block, share) - captions);
}

const inPanes = matchMedia("(min-width: 1000px)");
