/** What of a contrastive training is drawn under the matrix: each part from the frame and its history. */

import { $ } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { fillFigures } from "../../parts/figures.js";
import { percent } from "../../parts/percent.js";
import { changesPart } from "./changes.js";
import { alignmentPart, histogramPart, spreadPart } from "./geometry.js";
import { lossPart } from "./loss.js";
import { driftPart, queuePart } from "./queue.js";
import { newest } from "./words.js";

/** @typedef {import("../../../types/frames.js").ContrastiveFrame} Frame */

/** @param {import("../../core/state.js").State} state */
export function livePart(state) {
  const losses = lossPart(state);
  const changes = changesPart();
  const always = [losses, histogramPart(), alignmentPart(), spreadPart(), changes];
  const ofMoco = [queuePart(state), driftPart()];
  return {
    /** @param {Frame} frame @param {boolean} past */
    show(frame, past) {
      const marker = past ? frame.header.step : null;
      for (const part of [...always, ...(frame.header.method === "moco" ? ofMoco : [])])
        part.show(frame, marker);
      showFigures(frame);
    },
    setAmounts: changes.setAmounts,
    toCsv: () => losses.toCsv(),
  };
}

/** @param {Frame} frame */
function showFigures(frame) {
  const { header } = frame;
  const batch = t("{n} pictures, {views} views", { n: header.batch, views: 2 * header.batch });
  /** @type {[string, string][]} */
  const measured = [
    [t("loss"), number(newest(frame, "loss"), 3)],
    [t("same picture"), number(newest(frame, "positive"), 3)],
    [t("different pictures"), number(newest(frame, "negative"), 3)],
    [t("positive is nearest"), percent(newest(frame, "hits"), 0)],
  ];
  fillFigures($("[data-figures]"), [...(header.step === 0 ? [] : measured), [t("batch"), batch]]);
}
