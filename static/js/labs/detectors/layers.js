/** What lies on the pictures of the result: detections by what is right about them, and what differs. */

import { number, t } from "../../core/i18n.js";
import { className, roadName, verdictName } from "./words.js";

/** @typedef {import("./page.js").Model} Model */
/** @typedef {import("./outcome.js").Detection} Detection */
/** @typedef {import("./outcome.js").Road} Road */
/** @typedef {import("./outcome.js").Verdict} Verdict */
/** @typedef {import("../../views/picture.js").Layer} Layer */

/** @type {Record<Verdict | "missed", string>} keys of the dictionary of marks */
export const VERDICT_STYLES = {
  right: "right",
  class: "wrong-class",
  placed: "misplaced",
  twice: "twice",
  both: "wrong-both",
  background: "on-background",
  missed: "missed",
};

/**
 * @param {number[][]} boxes
 * @param {string} style
 * @param {(index: number) => string} label
 * @returns {Layer}
 */
const layer = (boxes, style, label) => ({
  boxes: boxes.flat(),
  indices: [...boxes.keys()],
  style,
  label,
});

/** @param {Model} model @param {Detection} found */
const named = ({ output }, { label, score }) => `${className(output.classes[label])} ${number(score)}`;

/**
 * The detections of one road.
 * @param {Model} model
 * @param {Road} road
 * @returns {Layer[]}
 */
export function layersOfRoad(model, road) {
  const { detections } = model[road];
  const { judged, truth } = model;
  if (!judged || !truth)
    return [
      layer(
        detections.map(({ box }) => box),
        "kept",
        (i) => named(model, /** @type {Detection} */ (detections[i])),
      ),
    ];
  const { verdicts, missed } = judged[road];
  const found = /** @type {Verdict[]} */ (["background", "both", "placed", "twice", "class", "right"]).map(
    (verdict) => {
      const own = detections.filter((_, i) => verdicts[i] === verdict);
      /** @param {number} i */
      const label = (i) => {
        const text = named(model, /** @type {Detection} */ (own[i]));
        return verdict === "right" ? text : t("{name}: {list}", { name: text, list: verdictName(verdict) });
      };
      return layer(
        own.map(({ box }) => box),
        VERDICT_STYLES[verdict],
        label,
      );
    },
  );
  /** @param {number} i */
  const missing = (i) => {
    const name = className(model.output.classes[truth.labels[missed[i] ?? 0] ?? 0]);
    return t("{name}: {list}", { name, list: verdictName("missed") });
  };
  const lost = missed.map((i) => truth.boxes[i] ?? []);
  return [layer(lost, "missed", missing), ...found];
}

/**
 * The same answer, asked for less: localization tells one box, classification none.
 * @param {Model} model
 * @param {Road} road
 * @returns {Layer[]}
 */
export function layersOfAnswer(model, road) {
  const [best] = model[road].detections;
  if (model.values.answer === "list" || !best) return layersOfRoad(model, road);
  return model.values.answer === "box" ? [layer([best.box], "kept", () => named(model, best))] : [];
}

/** Both roads over each other: what they share is one thin box. @param {Model} model @returns {Layer[]} */
export function layersOfDifference(model) {
  const { both, named: other, onlyOne, onlyTwo } = model.difference;
  const name = (/** @type {Detection | undefined} */ found) =>
    className(model.output.classes[found?.label ?? 0]);
  /** @param {Detection[]} own @param {Road} road @param {string} style */
  const only = (own, road, style) =>
    layer(
      own.map(({ box }) => box),
      style,
      (i) =>
        t("{name}: {list}", { name: roadName(road), list: named(model, /** @type {Detection} */ (own[i])) }),
    );
  return [
    layer(
      both.map(([, two]) => two.box),
      "kept",
      (i) => name(both[i]?.[1]),
    ),
    layer(
      other.map(([, two]) => two.box),
      "wrong-class",
      (i) => t("{one} or {two}?", { one: name(other[i]?.[0]), two: name(other[i]?.[1]) }),
    ),
    only(onlyOne, "one", "first"),
    only(onlyTwo, "two", "second"),
  ];
}
