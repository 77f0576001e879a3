/** The `detectors` lab on the home page: what two stages find in a drawn scene. */

import { json, postForFrame } from "../../core/api.js";
import { token } from "../../core/dom.js";
import { number, onLanguage, t } from "../../core/i18n.js";
import { withPixels } from "../../core/photo.js";
import { contextOf, cover } from "../../parts/thumbnail.js";
import { detect, outputOf } from "./outcome.js";
import { markOf } from "../../views/marks.js";
import { className } from "./words.js";

const SCENE = 6;
const LEVERS = { score_threshold: 0.3, iou_threshold: 0.5, proposals: 100 };

/** @type {import("../../parts/thumbnail.js").Thumbnail} */
export async function thumbnail(canvas, signal) {
  const told = await json(`/api/detectors/scenes/${SCENE}`, { method: "POST", signal });
  const photo = await withPixels(told, signal);
  const query = { image_id: photo.id, model: "shapes" };
  const output = outputOf(await postForFrame("/api/detectors/detect", query, signal));
  const found = detect(output, "two", LEVERS).detections;
  const context = contextOf(canvas);
  const draw = () => paint(context, photo, found, output.classes);
  onLanguage(draw); // classes have names
  draw();
  return () => t("{count} detections by two stages, live from shipped weights", { count: found.length });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("../../core/photo.js").Photo} photo
 * @param {ReturnType<typeof detect>["detections"]} found
 * @param {string[]} classes
 */
function paint(context, photo, found, classes) {
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  const { scale, x, y } = cover(context, photo);
  context.lineWidth = 3;
  context.font = "600 20px sans-serif";
  for (const { box, label, score } of found) {
    const [x1, y1, x2, y2] = box;
    context.strokeStyle = context.fillStyle = token(markOf("kept").color);
    context.strokeRect(x + x1 * scale, y + y1 * scale, (x2 - x1) * scale, (y2 - y1) * scale);
    context.fillText(
      `${className(classes[label])} ${number(score)}`,
      x + x1 * scale + 4,
      y + y1 * scale + 22,
    );
  }
}
