/** The `rpn` lab on the home page: objectness over the visit's photo. */

import { number, t } from "../../core/i18n.js";
import { answerOnPhoto, contextOf, cover } from "../../parts/thumbnail.js";
import { warm } from "../../views/picture.js";

/** @type {import("../../parts/thumbnail.js").Thumbnail} */
export async function thumbnail(canvas, signal) {
  const { photo, frame } = await answerOnPhoto("/api/rpn/proposals", signal);
  const { header, arrays } = frame;
  const context = contextOf(canvas);
  const { scale, x, y } = cover(context, photo);
  const { width: columns, height: rows, anchors_per_location: k } = header.feature_maps[0];
  const [w, h] = [(photo.width * scale) / columns, (photo.height * scale) / rows];
  let top = 0;
  for (const score of arrays.objectness) top = Math.max(top, score);
  context.globalAlpha = 0.75;
  for (let cell = 0; cell < rows * columns; cell++) {
    let best = 0;
    for (let a = 0; a < k; a++) best = Math.max(best, arrays.objectness[cell * k + a]);
    const [r, g, b] = warm(best / top);
    context.fillStyle = `rgb(${r} ${g} ${b})`;
    context.fillRect(x + (cell % columns) * w, y + Math.floor(cell / columns) * h, w + 1, h + 1);
  }
  context.globalAlpha = 1;
  return () =>
    t("Objectness at {count} anchors, live from shipped weights", {
      count: number(header.anchors.total, 0),
    });
}
