/** What the `detectors` page knows: its settings, its picture, and both detectors' answer about it. */

import { stateOfPage } from "../../core/controls.js";
import { $ } from "../../core/dom.js";
import { runKeys } from "../../core/session/session.js";
import { boxAt } from "../../math/geometry.js";
import { detect, difference, joined, judge, knownTo } from "./outcome.js";

/** @typedef {import("../../core/photo.js").Photo} Photo */
/** @typedef {import("./outcome.js").Output} Output */
/** @typedef {import("./outcome.js").Truth} Truth */
/** @typedef {import("./outcome.js").Found} Found */
/** @typedef {import("./outcome.js").Installed} Installed */
/** @typedef {import("./outcome.js").Road} Road */

const phone = matchMedia("(max-width: 719px)");

/** On a phone two pictures beside each other are too small: there what differs comes first. */
export const state = stateOfPage(runKeys({ speed: 5, fps: 10 }), {
  shown: { default: phone.matches ? "differs" : "side" },
});

/**
 * @typedef {object} Page
 * @property {Photo | null} photo
 * @property {Output | null} output
 * @property {{boxes: number[], classes: string[], selected: number}} own ground truth that the visitor drew;
 *   boxes are flat, `selected` is one of them or -1
 * @property {Partial<Record<Road, {image_id: string, answer: Installed}>>} installed what networks that were
 *   installed here found last
 */
/** @type {Page} */
export const page = {
  photo: null,
  output: null,
  own: { boxes: [], classes: [], selected: -1 },
  installed: {},
};

/** @type {Road[]} */
export const ROADS = ["one", "two"];
export const OURS = "vitrine";
export const MASKING = "maskrcnn_resnet50_fpn"; // the network that makes masks, too
// The views in which other networks take the place of ours.
const JOIN = new Set(["result", "roads", "follow"]);

/** Which network is chosen for a road. @param {Road} road */
export const chosenNetwork = (road) => String(state.values[`${road}_network`]);

/** Which network goes a road in the view of now. @param {Road} road */
export const networkOf = (road) => (JOIN.has(String(state.values.tab)) ? chosenNetwork(road) : OURS);

/** Whether it is ours. @param {Road} road */
export const isOurs = (road) => networkOf(road) === OURS;

/**
 * The answers that stand in the place of ours now; null while one is missing.
 * @returns {Partial<Record<Road, Installed>> | null}
 */
function joining() {
  /** @type {Partial<Record<Road, Installed>>} */
  const found = {};
  for (const road of ROADS) {
    if (isOurs(road)) continue;
    const { image_id, answer } = page.installed[road] ?? {};
    if (!answer || answer.network !== networkOf(road) || image_id !== page.photo?.id) return null;
    found[road] = answer;
  }
  return found;
}

/** Which pair of detectors looks at the picture of now: scenes have shapes, photos have not. */
export function modelName() {
  const { model } = state.values;
  if (model !== "auto") return /** @type {"photos" | "shapes"} */ (model);
  return page.photo?.passing ? "shapes" : "photos";
}

/**
 * @typedef {object} Model all that the views draw from
 * @property {Photo} photo
 * @property {Output} output
 * @property {Record<string, any>} values of the page's state
 * @property {Found} one
 * @property {Found} two
 * @property {import("./outcome.js").Difference} difference
 * @property {Truth | null} truth null where no object of a known class is told
 * @property {{one: import("./outcome.js").Judged, two: import("./outcome.js").Judged} | null} judged
 */
/** @returns {Model | null} */
export function modelOfPage() {
  const { photo } = page;
  const others = joining();
  if (!photo || !page.output || !others) return null;
  const output = joined(page.output, others);
  const values = /** @type {any} */ (state.values);
  const [one, two] = [detect(output, "one", values), detect(output, "two", values)];
  const truth = truthOf(photo, output);
  return {
    photo,
    output,
    values,
    one,
    two,
    difference: difference(one.detections, two.detections),
    truth,
    judged: truth && {
      one: judge(one.detections, knownTo(output, "one", truth)),
      two: judge(two.detections, knownTo(output, "two", truth)),
    },
  };
}

/**
 * What is known to be in the picture: what came with it, and what the visitor drew.
 * @param {Photo} photo
 * @param {Output} output
 * @returns {Truth | null}
 */
function truthOf({ boxes: told, classes: names }, output) {
  const own = page.own.classes.map((_, i) => [...boxAt(page.own.boxes, i)]);
  const boxes = [...(names ? (told ?? []) : []), ...own];
  const labels = [...(told ? (names ?? []) : []), ...page.own.classes].map((name) =>
    output.classes.indexOf(name),
  );
  return labels.some((label) => label >= 0) ? { boxes, labels } : null;
}

/** Say why something could not be had. @param {unknown} error */
export function failed(error) {
  if (!(error instanceof Error)) throw error;
  $("[data-said]").textContent = error.message;
}
