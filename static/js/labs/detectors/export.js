/** The detections as files. No DOM here. */

import { csvOf } from "../../math/series.js";
import { anchorOf } from "./outcome.js";

/** @typedef {import("./page.js").Model} Model */
/** @typedef {import("./outcome.js").Detection} Detection */

/** What both detectors find, with the chain back to the anchor. @param {Model} model */
const rowsOf = ({ output, one, two }) =>
  [...one.detections, ...two.detections].map((found) => ({
    ...found,
    name: output.classes[found.label] ?? "",
    anchor: anchorOf(output, found.road, found.row),
    proposal: found.road === "two" ? found.row : -1,
  }));

/**
 * Stages are 1 and 2, classes counted from 0; one-stage detections have no proposal (-1).
 * @param {Model} model
 */
export function toCsv(model) {
  const rows = rowsOf(model);
  const column = (/** @type {number} */ i) => rows.map(({ box }) => box[i] ?? NaN);
  return csvOf(
    ["stages", "class", "score", "x1", "y1", "x2", "y2", "anchor", "proposal"],
    [
      rows.map(({ road }) => (road === "one" ? 1 : 2)),
      rows.map(({ label }) => label),
      rows.map(({ score }) => score),
      column(0),
      column(1),
      column(2),
      column(3),
      rows.map(({ anchor }) => anchor),
      rows.map(({ proposal }) => proposal),
    ],
  );
}

/** As COCO results, each with its detector and the chain back to its anchor. @param {Model} model */
export const toCoco = (model) =>
  JSON.stringify(
    rowsOf(model).map(({ road, name, label, score, box: [x1, y1, x2, y2], anchor, proposal }) => ({
      image_id: model.photo.name ?? "picture",
      category_id: label + 1,
      category_name: name,
      bbox: [x1, y1, x2 - x1, y2 - y1],
      score,
      detector: road === "one" ? "one-stage" : "two-stage",
      anchor,
      ...(road === "two" ? { proposal } : {}),
    })),
    null,
    1,
  );
