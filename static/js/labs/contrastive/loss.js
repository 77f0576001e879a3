/** The loss over the steps, with its landmarks. */

import { $ } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { chanceOfQueue } from "../../math/contrast.js";
import { tick } from "../../math/series.js";
import { chart } from "../../views/chart.js";
import { newest } from "./words.js";

/** @typedef {import("../../../types/frames.js").ContrastiveFrame} Frame */

/** @param {import("../../core/state.js").State} state */
export function lossPart(state) {
  const losses = chart($("[data-losses]"), () => ({
    x: t("training steps"),
    overSteps: true,
    y: t("loss"),
    height: 220,
    lines: [
      { name: t("loss"), color: "--accent", digits: 3 },
      { name: t("at chance"), color: "--gray-2", dash: [2, 4], digits: 3, width: 1.5 },
      { name: t("the least possible"), color: "--gray-1", dash: [7, 4], digits: 3, width: 1.5 },
    ],
  }));
  return {
    /** @param {Frame} frame @param {number | null} marker */
    show(frame, marker) {
      const { steps } = frame.arrays;
      const chance = chanceOf(frame, state.values.queue);
      losses.update({
        columns: [steps, frame.rows.history.loss, chance, frame.rows.history.floor],
        marker,
        summary: summaryOf(frame),
      });
      $("[data-loss-said]").textContent = hintOf(frame);
    },
    toCsv: () => losses.toCsv(),
  };
}

/** The loss of a guess at each step. @param {Frame} frame @param {number} room of the queue */
const chanceOf = ({ header, arrays }, room) =>
  Array.from(arrays.steps, (step) =>
    header.method === "moco" ? chanceOfQueue(Number(step), header.batch, room) : header.chance,
  );

/** @param {Frame} frame */
const summaryOf = (frame) =>
  t("Loss at step {step}: {loss}", { step: frame.header.step, loss: number(newest(frame, "loss"), 3) });

/** @param {Frame} frame */
function hintOf(frame) {
  const { header } = frame;
  if (header.method === "simsiam")
    return t(
      "SimSiam’s loss is minus the cosine of a prediction and the other view: −1 is perfect, and also what total collapse gives.",
    );
  if (header.method === "moco")
    return t(
      "In nats. Dotted: the loss at chance, log(1 + keys in the queue). While the queue fills there are more negatives each step, so the loss rises although nothing gets worse.",
    );
  const chance = t(
    "In nats. Where all views are alike the loss is log(2N − 1) = {chance}; an untrained network is near it at a high temperature, and above it at a low one.",
    { chance: number(header.chance ?? NaN, 3) },
  );
  if (header.step === 0) return chance;
  const least = newest(frame, "floor");
  return sentences([
    chance,
    t("No batch of 2N = {views} views can have less than {floor} at this temperature.", {
      views: 2 * header.batch,
      floor: least < 0.001 ? tick(Number(least.toPrecision(2))) : number(least, 3),
    }),
  ]);
}
