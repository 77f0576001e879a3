/** What of a contrastive training is drawn under the matrix: each part from the frame and its history. */

import { $, h } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { percent } from "../../parts/percent.js";
import { changesPart } from "./changes.js";
import { alignmentPart, histogramPart, spreadPart } from "./geometry.js";
import { lossPart } from "./loss.js";
import { driftPart, queuePart } from "./queue.js";
import { newest } from "./words.js";

/** @typedef {import("./index.js").Shot} Shot */

/** @param {import("../../core/state.js").State} state */
export function livePart(state) {
  const losses = lossPart(state);
  const changes = changesPart();
  const always = [losses, histogramPart(), alignmentPart(), spreadPart(), changes];
  const ofMoco = [queuePart(state), driftPart()];
  return {
    /** @param {Shot} shot @param {boolean} past */
    show(shot, past) {
      const marker = past ? shot.header.step : null;
      for (const part of [...always, ...(shot.header.method === "moco" ? ofMoco : [])])
        part.show(shot, marker);
      showFigures(shot);
    },
    setAmounts: changes.setAmounts,
    toCsv: () => losses.toCsv(),
  };
}

/** @param {Shot} shot */
function showFigures(shot) {
  const { header } = shot;
  const batch = t("{n} pictures, {views} views", { n: header.batch, views: 2 * header.batch });
  /** @type {[string, string][]} */
  const measured = [
    [t("loss"), number(newest(shot, "loss"), 3)],
    [t("same picture"), number(newest(shot, "positive"), 3)],
    [t("different pictures"), number(newest(shot, "negative"), 3)],
    [t("positive is nearest"), percent(newest(shot, "hits"), 0)],
  ];
  $("[data-figures]").replaceChildren(
    ...[...(header.step === 0 ? [] : measured), [t("batch"), batch]].map(([name = "", value = ""]) =>
      h("div", {}, h("dt", {}, name), h("dd", {}, value)),
    ),
  );
}
