/** What the `nms` page knows beside its boxes: its settings, and what is pointed at. */

import { stateOfPage } from "../../core/controls.js";
import { choice, oneOf, whole } from "../../parts/rules.js";
import { FILE_RULES } from "./files.js";

const narrow = matchMedia("(max-width: 719px)").matches;

export const state = stateOfPage({
  source: choice("textbook", "neighbors", "photo", "hand", "file"),
  // Side by side is too small to see on a phone.
  view: oneOf(["side", "swipe"], narrow ? "swipe" : "side"),
  tool: choice("look", "boxes", "truth"),
  step: whole(-1, 6000, -1),
  ...FILE_RULES,
});

export const page = {
  pointed: -1, // the box under the pointer, or reached by the arrow keys
  selected: -1, // the box or truth that the editor works on
  swipe: 0.5,
  refusal: "", // why there are no other boxes, until something else happens
};
