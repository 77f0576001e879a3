/** Which changes of a picture no longer matter to h: occluded, rotated, recolored. */

import { $ } from "../../core/dom.js";
import { number, t, tp } from "../../core/i18n.js";
import { chart } from "../../views/chart.js";

/** @typedef {import("../../../types/frames.js").ContrastiveFrame} Frame */
/** @typedef {{now: number[], before: number[]}} Likeness to the picture itself, at each amount of a change */

/** @type {{name: keyof Frame["rows"]["changes"], x: () => string}[]} */
const CHANGES = [
  { name: "occlude", x: () => t("share covered") },
  { name: "rotate", x: () => t("degrees") },
  { name: "recolor", x: () => t("turn of the hue") },
];

export function changesPart() {
  const charts = CHANGES.map(({ name, x }) =>
    chart($(`[data-changes="${name}"]`), () => ({
      x: x(),
      y: t("likeness"),
      height: 190,
      yRange: [-0.25, 1.05],
      lines: [
        { name: tp("training", "now"), color: "--accent", digits: 2, shape: "circle" },
        { name: tp("training", "before"), color: "--gray-1", dash: [6, 4], digits: 2 },
      ],
    })),
  );
  let amounts = /** @type {number[][]} */ ([]);
  return {
    /** @param {Frame} frame */
    show(frame) {
      const measured = likenesses(frame);
      const summary = t("Similarity of a picture to itself changed, measured at step {step}.", {
        step: frame.header.changes_step,
      });
      measured.forEach(({ now, before }, i) =>
        charts[i]?.update({ columns: [amounts[i] ?? [], now, before], rules: [{ y: 0 }], summary }),
      );
      $("[data-changes-said]").textContent = sayChanges(frame, measured);
    },
    /** @param {Record<string, number[]>} of amounts of each change, as the server measures them */
    setAmounts(of) {
      amounts = CHANGES.map(({ name }) => of[name] ?? []);
    },
  };
}

/** Of each change. @param {Frame} frame @returns {Likeness[]} */
function likenesses({ rows: { changes, changes_before: before, apart } }) {
  return CHANGES.map(({ name }) => ({
    now: likeness(changes[name], apart.now),
    before: likeness(before[name], apart.before),
  }));
}

/**
 * Cosines to the changed pictures, so that 1 is the picture itself and 0 what other pictures have.
 * @param {Float32Array} cosines @param {number} others the cosine of different pictures
 */
const likeness = (cosines, others) =>
  Array.from(cosines, (cosine) => (others < 0.9995 ? (cosine - others) / (1 - others) : NaN));

/** But for the first, which is no change. @param {number[]} values */
const average = (values) => values.slice(1).reduce((sum, v) => sum + v, 0) / Math.max(values.length - 1, 1);

/** @param {Frame} frame @param {Likeness[]} measured */
function sayChanges({ header, rows }, measured) {
  if (!(rows.apart.now < 0.999))
    return t("All pictures are at the same place, so a changed one is no nearer than any other.");
  const [occluded, rotated, recolored] = measured.map(({ now, before }) => ({
    now: number(average(now), 2),
    before: number(average(before), 2),
  }));
  return t(
    "On average over all amounts, at step {step}: occluded {occluded} (before training {occludedBefore}), rotated {rotated} ({rotatedBefore}), recolored {recolored} ({recoloredBefore}). A higher value: h depends less on that change than before.",
    {
      step: number(header.changes_step, 0),
      occluded: occluded?.now ?? "",
      occludedBefore: occluded?.before ?? "",
      rotated: rotated?.now ?? "",
      rotatedBefore: rotated?.before ?? "",
      recolored: recolored?.now ?? "",
      recoloredBefore: recolored?.before ?? "",
    },
  );
}
