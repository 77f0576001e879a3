/** What the `nms` page knows beside its boxes: its settings, and what is pointed at. */

import { stateOfPage } from "../../core/controls.js";

const narrow = matchMedia("(max-width: 719px)").matches;

// Side by side is too small to see on a phone.
export const state = stateOfPage({}, { view: { default: narrow ? "swipe" : "side" } });

export const page = {
  pointed: -1, // the box under the pointer, or reached by the arrow keys
  selected: -1, // the box or truth that the editor works on
  swipe: 0.5,
  /** @type {(() => string) | null} why there are no other boxes, until something else happens */
  refusal: null,
};
