/** What the `contrastive` page says. */

import { SHAPES } from "../../parts/shape_names.js";
import { ApiError } from "../../core/api.js";
import { $ } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { tell } from "../../core/said.js";
import { percent } from "../../parts/percent.js";

/** @typedef {import("../../../types/frames.js").ContrastiveFrame} Frame */

/** @typedef {keyof Frame["rows"]["history"]} Measure */

/** A measure's newest value, NaN before the first step. @param {Frame} frame @param {Measure} name */
export const newest = ({ rows }, name) => rows.history[name].at(-1) ?? NaN;

export const KEY_SIDE = 16; // pixels of a key's picture

/**
 * The name of a view: its picture's number and which of the two.
 * @param {number} view
 * @param {number} count
 */
export const nameOfView = (view, count) => `${(view % (count / 2)) + 1}${view < count / 2 ? "a" : "b"}`;

/** @param {unknown} error */
export function failed(error) {
  const said = $("[data-said]");
  tell(said, () =>
    error instanceof ApiError ? error.message : t("Something went wrong. Please try again."),
  );
  if (!(error instanceof ApiError)) throw error;
}

const CLASSES = 12; // that are named

/**
 * Which pictures these are.
 * @param {{learned_from: number, held_out: number, left_out: number, patches: boolean, names: string[]}}
 *   header
 * @param {boolean} scenes whose classes are shapes
 */
export function picturesSaid(
  { learned_from: learned, held_out: held, left_out: left, patches, names },
  scenes,
) {
  const words = [
    held
      ? t(
          "{learned} pictures are learned from. {held} others are held out, for the matrix, the map and the tests.",
          { learned: number(learned, 0), held: number(held, 0) },
        )
      : t(
          "{learned} pictures: too few to hold some out, so the matrix, the map and the tests use the same.",
          { learned: number(learned, 0) },
        ),
  ];
  if (names.length) {
    const named = names.slice(0, CLASSES).map((name) => (scenes ? (SHAPES[name]?.() ?? name) : name));
    if (names.length > CLASSES) named.push("…");
    const listed = named.join(t(", "));
    words.push(
      t("{count} classes, which only the tests look at: {names}.", { count: names.length, names: listed }),
    );
  }
  if (patches)
    words.push(
      t(
        "They are patches of photos and overlap: a held-out one shares pixels with some that are learned from, so tests flatter, and a negative may show nearly the same.",
      ),
    );
  if (left) words.push(t("{count} files were left out.", { count: number(left, 0) }));
  return sentences(words);
}

/**
 * Mean similarities of the views that are looked at.
 * @param {Float32Array} similarities [2L, 2L], i and i + L a pair
 */
export function meansOf(similarities) {
  const views = Math.round(Math.sqrt(similarities.length));
  let [positive, negative] = [0, 0];
  similarities.forEach((value, i) => {
    const apart = Math.abs(Math.floor(i / views) - (i % views));
    if (apart === views / 2) positive += value;
    else if (apart > 0) negative += value;
  });
  return { positive: positive / views, negative: negative / Math.max(views * (views - 2), 1) };
}

/** What has just happened in a training. @param {Frame} frame */
export function saidOf(frame) {
  const { header } = frame;
  if (header.step === 0) {
    const { positive, negative } = meansOf(frame.arrays.similarities);
    return t(
      "Untrained, with random weights: the mean similarity is {positive} for views of the same picture and {negative} for views of different ones.",
      { positive: number(positive, 2), negative: number(negative, 2) },
    );
  }
  const words = [
    t(
      "After {step} steps ({epochs} epochs) views of the same picture have a similarity of {positive}, views of different ones {negative}.",
      {
        step: number(header.step, 0),
        epochs: number(header.step / header.epoch, 1),
        positive: number(newest(frame, "positive"), 2),
        negative: number(newest(frame, "negative"), 2),
      },
    ),
  ];
  const spread = newest(frame, "spread") * Math.sqrt(header.width);
  if (spread < 0.15 && header.method === "simsiam")
    words.push(
      t(
        "The representation has collapsed: all pictures are in nearly the same place, and the loss does not see it.",
      ),
    );
  else if (header.method === "moco")
    words.push(
      t("For {hits} of the queries the key of the same picture is the most similar of this batch’s keys.", {
        hits: percent(newest(frame, "hits"), 0),
      }),
    );
  else
    words.push(
      t("For {hits} of the views of this batch the positive is the most similar of all.", {
        hits: percent(newest(frame, "hits"), 0),
      }),
    );
  return sentences(words);
}

/** @param {import("../../../types/frames.js").TrialsFrame["header"]} header */
export function trialsSaid(header) {
  if (header.done === 0)
    return t(
      "{total} short trainings of {steps} steps on {count} pictures, in batches of {batch}. Each cell fills in as its training ends.",
      {
        total: header.total,
        steps: header.trial_steps,
        count: number(header.learned_from, 0),
        batch: header.batch,
      },
    );
  if (header.done < header.total)
    return t("{done} of {total} short trainings are done.", { done: header.done, total: header.total });
  return t("All {total} short trainings are done: mean over {seeds} seeds, and how far they spread.", {
    total: header.total,
    seeds: 3,
  });
}
