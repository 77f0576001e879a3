/** What two tools write: ultralytics its results, labelme its drawings. No DOM here. */

import { t } from "../core/i18n.js";
import { rowPlace, scoreOf } from "./nms_gathering.js";
import { eachRow, haveSome, idOf, numberOf, objectOf, refuseRow, sideOf, upright, written } from "./nms_rows.js";

/** @typedef {import("./nms_forms.js").Form} Form */

/** @param {unknown} row */
const isBoxed = (row) => typeof row === "object" && row !== null && typeof /** @type {any} */ (row).box === "object";

/** @type {Form} */
export const ultralytics = {
  title: () => t("ultralytics results"),
  order: null,
  recognises: ({ data }) => (Array.isArray(data) ? data.some(isBoxed) : isBoxed(data)),
  read(reading) {
    const { data, gathering, name, lines } = reading;
    const rows = Array.isArray(data) ? data : [data];
    const scored = haveSome(rows, "confidence");
    const withClass = haveSome(rows, "class");
    const withName = haveSome(rows, "name");
    const picture = gathering.picture({ name });
    if (withClass) gathering.announce({ classes: rows.map((row) => /** @type {any} */ (row)?.class) });
    const placeOf = (/** @type {number} */ i) => (lines ? t("Line {line}", { line: lines[i] ?? 0 }) : rowPlace(i));
    eachRow(rows, placeOf, (value) => {
      const row = objectOf(value);
      const box = objectOf(row.box);
      if ("x3" in box) refuseRow(t("its box is rotated: it has four corners."));
      const corners = upright(["x1", "y1", "x2", "y2"].map((key) => numberOf(box[key], `box.${key}`)));
      const told = withName ? String(idOf(row.name, "name")) : "";
      const label = withClass || withName ? gathering.classOf(withClass ? idOf(row.class, "class") : null, told) : -1;
      gathering.add(picture, corners, scoreOf(row.confidence, scored, "confidence"), label);
    }, reading.onProgress);
  },
};

/** The corners around the points of a rectangle, drawn from any corner to any other. @param {unknown} points */
function around(points) {
  if (!Array.isArray(points) || ![2, 4].includes(points.length)) return refuseRow(t("“{name}” is {value}, not the corners of a rectangle.", { name: "points", value: written(points) }));
  const [xs, ys] = [0, 1].map((axis) => points.map((point) => numberOf(Array.isArray(point) ? point[axis] : point, "points")));
  return [Math.min(...(xs ?? [])), Math.min(...(ys ?? [])), Math.max(...(xs ?? [])), Math.max(...(ys ?? []))];
}

/** @type {Form} */
export const labelme = {
  title: () => t("labelme"),
  order: null,
  recognises: ({ data }) => typeof data === "object" && data !== null && Array.isArray(/** @type {any} */ (data).shapes),
  read(reading) {
    const { gathering, name } = reading;
    const data = /** @type {any} */ (reading.data);
    const scored = data.shapes.some((/** @type {any} */ shape) => typeof shape?.score === "number");
    const picture = gathering.picture({ name: typeof data.imagePath === "string" ? data.imagePath : name, width: sideOf(data.imageWidth), height: sideOf(data.imageHeight) });
    eachRow(data.shapes, (i) => t("Shape {row}", { row: i + 1 }), (value) => {
      const shape = objectOf(value);
      if (shape.shape_type !== undefined && shape.shape_type !== "rectangle") return gathering.leave(t("Left out: {count} shapes that are no rectangles."));
      const corners = around(shape.points);
      gathering.add(picture, corners, scoreOf(shape.score, scored, "score"), gathering.classOf(null, String(idOf(shape.label, "label"))));
    });
  },
};
