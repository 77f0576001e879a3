/** What the `detectors` page says, from its numbers. No DOM here. */

import { COCO } from "../../parts/coco_names.js";
import { SHAPES } from "../../parts/shape_names.js";
import { number, sentences, t } from "../../core/i18n.js";
import { percent } from "../../parts/percent.js";
import { bestGuess, ownClasses, rates } from "./outcome.js";

/** @typedef {import("./page.js").Model} Model */
/** @typedef {import("./outcome.js").Road} Road */
/** @typedef {import("./outcome.js").Verdict} Verdict */

/** @type {Record<string, () => string>} */
const CLASSES = {
  ...COCO,
  package: () => t("package"),
  ...SHAPES,
};

/** A class in the reader's language. @param {string | undefined} name */
export const className = (name = "") => CLASSES[name]?.() ?? name;

/** Where the milliseconds come from. @param {{device: string}} answer */
export const computedOn = ({ device }) => t("The networks ran on {device}.", { device });

/** @param {Road} road */
export const roadName = (road) => (road === "one" ? t("One-stage") : t("Two-stage"));

/** @type {Record<Verdict | "missed", () => string>} */
const VERDICT_WORDS = {
  right: () => t("right"),
  class: () => t("wrong class"),
  placed: () => t("badly placed"),
  twice: () => t("twice"),
  both: () => t("wrong class and badly placed"),
  background: () => t("background"),
  missed: () => t("missed"),
};

/** @param {Verdict | "missed"} verdict */
export const verdictName = (verdict) => VERDICT_WORDS[verdict]();

/** The sentence under the pictures. @param {Model} model @returns {string} */
export function sayResult(model) {
  const { one, two, judged } = model;
  if (!one.detections.length && !two.detections.length) return sayNothing(model);
  return sentences([judged ? sayJudged(judged) : sayCounts(model), sayDifference(model), saySmall(model)]);
}

const NARROW = 4; // times the smallest anchor: a picture whose shorter side has less has few that fit
const TINY = 32; // pixels of a picture's longer side

/**
 * Where our detectors can see little: a panorama, a small input, a picture of few pixels.
 * @param {Pick<Model, "output" | "photo">} model
 */
export function saySmall({ output, photo: { width, height } }) {
  if (Object.keys(output.joined ?? {}).length === 2) return ""; // ours look at nothing
  const { transform, anchor_shapes } = output.header;
  const { input_width: w, input_height: h } = transform;
  const input = `${number(w, 0)} × ${number(h, 0)}`;
  const smallest = Math.min(...anchor_shapes.scales);
  if (Math.max(width, height) < TINY)
    return t("The picture has {size} px only and is stretched to {input} px: there is little to see in it.", {
      size: `${width} × ${height}`,
      input,
    });
  if (Math.min(w, h) >= NARROW * smallest) return "";
  return t(
    "For the network the picture is {input} px and its smallest anchor {anchor} px: objects smaller than the anchors are hardly found.",
    { input, anchor: number(smallest, 0) },
  );
}

/** @param {Model} model */
function sayNothing(model) {
  const { output, values } = model;
  const guesses = /** @type {Road[]} */ (["one", "two"])
    .map((road) => bestGuess(output, road))
    .filter((guess) => guess !== null)
    .sort((a, b) => b.score - a.score);
  const [best] = guesses;
  const classes = output.classes.slice(0, ownClasses(output)).map(className).join(t(", "));
  const others = Object.values(output.joined ?? {}).length;
  const own = () => t("Vitrine’s detector knows only: {classes}.", { classes });
  const coco = t("They know COCO's 80 classes.");
  const known = [t("These detectors know only: {classes}.", { classes }), own(), coco][Math.min(others, 2)];
  const nothing = t("Neither detector finds anything with a score of {threshold} or more.", {
    threshold: number(values.score_threshold),
  });
  const guess =
    best &&
    t("The best guess is “{name}”, with {score}.", {
      name: className(output.classes[best.label]),
      score: number(best.score),
    });
  return sentences([nothing, guess, known, saySmall(model)]);
}

/** @param {NonNullable<Model["judged"]>} judged */
function sayJudged(judged) {
  /** @param {Road} road */
  const of = (road) => {
    const { error, miss } = rates(judged[road]);
    return { right: judged[road].counts.right, error: percent(error, 0), miss: percent(miss, 0) };
  };
  const [one, two] = [of("one"), of("two")];
  if (judged.one.known !== judged.two.known) return sayUnlike(judged, one, two);
  return t(
    "Of {count} objects the one-stage detector finds {one} (error rate {oneError}, miss rate {oneMiss}), the two-stage detector {two} ({twoError}, {twoMiss}).",
    {
      count: judged.one.known,
      one: one.right,
      oneError: one.error,
      oneMiss: one.miss,
      two: two.right,
      twoError: two.error,
      twoMiss: two.miss,
    },
  );
}

/**
 * Where the two networks do not know the same classes.
 * @param {NonNullable<Model["judged"]>} judged
 * @param {{right: number, error: string, miss: string}} one
 * @param {{right: number, error: string, miss: string}} two
 */
const sayUnlike = (judged, one, two) =>
  sentences([
    t(
      "One stage: {right} of {count} objects of the classes that it knows (error rate {error}, miss rate {miss}).",
      {
        ...one,
        count: judged.one.known,
      },
    ),
    t(
      "Two stages: {right} of {count} objects of the classes that they know (error rate {error}, miss rate {miss}).",
      {
        ...two,
        count: judged.two.known,
      },
    ),
  ]);

/** @param {Model} model */
function sayCounts({ one, two }) {
  return t("Detections: one-stage {one}, two-stage {two}.", {
    one: one.detections.length,
    two: two.detections.length,
  });
}

/** @param {Model} model */
function sayDifference({ difference: { both, named, onlyOne, onlyTwo } }) {
  const parts = [
    both.length && t("{count} boxes are the same in both", { count: both.length }),
    onlyOne.length && t("{count} only in one stage", { count: onlyOne.length }),
    onlyTwo.length && t("{count} only in two stages", { count: onlyTwo.length }),
    named.length && t("{count} named differently", { count: named.length }),
  ].filter(Boolean);
  return t("{parts}.", { parts: parts.join(t("; ")) });
}
