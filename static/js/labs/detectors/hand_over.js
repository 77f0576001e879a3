/** The boxes before NMS, handed to the `nms` lab. */

import { $ } from "../../core/dom.js";
import { at } from "../../core/place.js";
import { withCarried } from "../../core/memory.js";
import { handBoxes } from "../../parts/handed_boxes.js";
import { detect } from "./outcome.js";
import { modelOfPage, state } from "./page.js";

/** @typedef {import("./page.js").Model} Model */

const MOST = 1000; // boxes
const PICTURE = "picture.jpg";

/**
 * What went into NMS in one road, as COCO's files: the picture with its classes and truth, and results.
 * @param {Model} model
 * @param {import("./outcome.js").Road} road
 */
export function documentsOf({ output, photo, values, truth }, road) {
  const before = detect(output, road, { .../** @type {any} */ (values), iou_threshold: 1 }, MOST);
  const bbox = (/** @type {readonly number[]} */ [x1 = 0, y1 = 0, x2 = 0, y2 = 0]) => [
    x1,
    y1,
    x2 - x1,
    y2 - y1,
  ];
  const known = (truth?.labels ?? []).flatMap((label, i) =>
    label < 0 ? [] : [{ id: i + 1, image_id: 1, category_id: label + 1, bbox: bbox(truth?.boxes[i] ?? []) }],
  );
  const { width, height } = photo;
  const about = {
    images: [{ id: 1, file_name: PICTURE, width, height }],
    categories: output.classes.map((name, i) => ({ id: i + 1, name })),
    annotations: known,
  };
  const results = before.detections.map(({ label, score, box }) => ({
    image_id: 1,
    category_id: label + 1,
    score,
    bbox: bbox(box),
  }));
  return [
    { name: "picture.json", text: JSON.stringify(about) },
    { name: "before-nms.json", text: JSON.stringify(results) },
  ];
}

/** The `nms` lab with the same thresholds. @param {Record<string, any>} values */
export function addressOf({ iou_threshold, score_threshold }) {
  const query = new URLSearchParams({ source: "file", class_aware: "true", top_n: String(MOST) });
  query.set("iou_threshold", String(iou_threshold));
  query.set("score_threshold", String(score_threshold));
  return at(`/labs/nms?${withCarried(query.toString())}`);
}

/** The button of the view “Result”: of the road on show, of both the two-stage one. */
export function wireHandOver() {
  $("[data-hand-over]").addEventListener("click", () => {
    const model = modelOfPage();
    if (!model) return;
    const { image, width, height } = model.photo;
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width, height });
    canvas.getContext("2d")?.drawImage(image, 0, 0, width, height);
    const documents = documentsOf(model, state.values.shown === "one" ? "one" : "two");
    handBoxes({ documents, picture: PICTURE, image: canvas.toDataURL("image/jpeg", 0.92) });
    location.assign(addressOf(state.values));
  });
}
