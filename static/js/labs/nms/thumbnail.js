/** The `nms` lab on the home page: boxes on the visit's photo, kept and suppressed. */

import { token } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { answerOnPhoto, contextOf, cover } from "../../parts/thumbnail.js";
import { markOf } from "../../views/marks.js";
import { resultAt } from "./result.js";

const TAKING_PART = 60; // boxes
const KEPT = 12; // that are drawn
const THRESHOLD = 0.3;

/** @type {import("../../parts/thumbnail.js").Thumbnail} */
export async function thumbnail(canvas, signal) {
  const { photo, frame } = await answerOnPhoto("/api/rpn/proposals", signal);
  const { arrays } = frame;
  const context = contextOf(canvas);
  const { scale, x, y } = cover(context, photo);
  const order = Int32Array.from(arrays.scores, (/** @type {number} */ _, /** @type {number} */ i) => i);
  const sweep = { order, suppressedBy: arrays.suppressed_by };
  const { kept, suppressed } = resultAt(sweep, THRESHOLD, Math.min(TAKING_PART, order.length));
  for (const [style, indices] of /** @type {[string, number[]][]} */ ([
    ["suppressed", suppressed],
    ["kept", kept.slice(0, KEPT)],
  ])) {
    const look = markOf(style);
    context.strokeStyle = token(look.color);
    context.lineWidth = style === "kept" ? 4 : 1.5;
    context.setLineDash(look.dash ?? []);
    for (const i of indices) {
      const [x1, y1, x2, y2] = arrays.boxes.subarray(i * 4, i * 4 + 4);
      context.strokeRect(x + x1 * scale, y + y1 * scale, (x2 - x1) * scale, (y2 - y1) * scale);
    }
  }
  return () =>
    t("The best {all} boxes of the same network: {kept} kept, {suppressed} suppressed", {
      all: kept.length + suppressed.length,
      kept: kept.length,
      suppressed: suppressed.length,
    });
}
