/** What tools write: ultralytics and Hugging Face their results, labelme its drawings. No DOM here. */

import { t } from "../../core/i18n.js";
import { rowPlace, scoreOf } from "./gathering.js";
import { eachRow, haveSome, idOf, numberOf, objectOf, refuseRow, sideOf, upright, written } from "./rows.js";

/** @typedef {import("./forms.js").Form} Form */
/** @typedef {import("./forms.js").Reading} Reading */
/**
 * @typedef {{corners: string[], score: string, id: string | null, name: string, flat?: true}} Keys what a
 *   tool calls the parts of a detection; `flat` where the corners stand beside its other parts
 */

/** @type {Keys} */
const ULTRALYTICS = { corners: ["x1", "y1", "x2", "y2"], score: "confidence", id: "class", name: "name" };
/** @type {Keys} */
const CORNER_ROWS = {
  corners: ["xmin", "ymin", "xmax", "ymax"],
  score: "confidence",
  id: "class",
  name: "name",
  flat: true,
};
/** @type {Keys} */
const HUGGING_FACE = { corners: ["xmin", "ymin", "xmax", "ymax"], score: "score", id: null, name: "label" };

/** @param {unknown} row */
const isBoxed = (row) =>
  typeof row === "object" && row !== null && typeof (/** @type {any} */ (row).box) === "object";

/**
 * The detections of a file: of one picture, or a list of them for each picture.
 * @param {unknown} data
 * @returns {unknown[]}
 */
const flatOf = (data) => (Array.isArray(data) ? data.flat() : [data]);

/** Whether it is a list of lists: one for each picture. @param {unknown} data */
const isByPicture = (data) => Array.isArray(data) && data.some((one) => Array.isArray(one));

/** @param {Reading} reading @param {Keys} keys */
function readBoxed(reading, keys) {
  const { data, gathering, name, lines } = reading;
  const lineOf = (/** @type {number} */ i) => t("Line {line}", { line: lines?.[i] ?? 0 });
  const all = flatOf(data);
  const read = rowReader(reading, all, keys);
  const { id } = keys;
  if (id) gathering.announce({ classes: all.map((row) => /** @type {any} */ (row)?.[id]) });
  if (!isByPicture(data)) {
    const picture = gathering.picture({ name });
    return eachRow(all, lines ? lineOf : rowPlace, (row) => read(row, picture), reading.onProgress);
  }
  const pictures = /** @type {unknown[]} */ (data);
  eachRow(pictures, lines ? lineOf : (i) => t("Picture {picture}", { picture: i + 1 }), (rows) => {
    if (!Array.isArray(rows))
      refuseRow(
        t("{value} stands where a list of a picture's detections must stand.", { value: written(rows) }),
      );
  });
  pictures.forEach((rows, i) => {
    const picture = gathering.picture(pictures.length > 1 ? { id: i + 1 } : { name });
    const placeOf = (/** @type {number} */ row) =>
      t("Picture {picture}, box {name}", { picture: i + 1, name: row + 1 });
    eachRow(/** @type {unknown[]} */ (rows), placeOf, (row) => read(row, picture), reading.onProgress);
  });
}

/**
 * What reads one detection, as all of a file tell of their scores and classes.
 * @param {Reading} reading
 * @param {unknown[]} all
 * @param {Keys} keys
 */
function rowReader({ gathering }, all, keys) {
  const scored = haveSome(all, keys.score);
  const idKey = keys.id !== null && haveSome(all, keys.id) ? keys.id : null;
  const withName = haveSome(all, keys.name);
  return (/** @type {unknown} */ value, /** @type {import("./gathering.js").Entry} */ picture) => {
    const row = objectOf(value);
    const box = keys.flat ? row : objectOf(row.box);
    if ("x3" in box) refuseRow(t("its box is rotated: it has four corners."));
    const corners = upright(keys.corners.map((key) => numberOf(box[key], keys.flat ? key : `box.${key}`)));
    const told = withName ? String(idOf(row[keys.name], keys.name)) : "";
    const label =
      idKey !== null || withName
        ? gathering.classOf(idKey === null ? null : idOf(row[idKey], idKey), told)
        : -1;
    gathering.add(picture, corners, scoreOf(row[keys.score], scored, keys.score), label);
  };
}

/** @type {Form} */
export const huggingFace = {
  title: () => t("Hugging Face pipeline results"),
  order: null,
  recognises: ({ data }) =>
    flatOf(data).some(
      (row) =>
        isBoxed(row) && HUGGING_FACE.corners.some((key) => haveSome([/** @type {any} */ (row).box], key)),
    ),
  read: (reading) => readBoxed(reading, HUGGING_FACE),
};

/** @type {Form} */
export const ultralytics = {
  title: () => t("ultralytics results"),
  order: null,
  recognises: ({ data }) => flatOf(data).some(isBoxed),
  read: (reading) => readBoxed(reading, ULTRALYTICS),
};

/** Whether a row has corners of its own; of which picture it is, it does not say. @param {unknown} row */
const hasCorners = (row) =>
  CORNER_ROWS.corners.every((key) => haveSome([row], key)) &&
  !["image_id", "image", "filename", "file"].some((key) => haveSome([row], key));

/** YOLOv5's `results.pandas().xyxy[0].to_json(orient="records")`. @type {Form} */
export const cornerRows = {
  title: () => t("rows of corners and confidences"),
  order: null,
  recognises: ({ data }) => Array.isArray(data) && data.some(hasCorners),
  read: (reading) => readBoxed(reading, CORNER_ROWS),
};

const SAME = 0.01; // of a pixel: points that near are equal

/**
 * The corners around the points of a rectangle, drawn from any corner to any other.
 * @param {unknown} points
 */
function around(points) {
  if (!Array.isArray(points) || ![2, 4].includes(points.length))
    return refuseRow(
      t("“{name}” is {value}, not the corners of a rectangle.", { name: "points", value: written(points) }),
    );
  const [xs = [], ys = []] = [0, 1].map((axis) =>
    points.map((point) => numberOf(Array.isArray(point) ? point[axis] : point, "points")),
  );
  return {
    corners: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
    isUpright: points.length === 2 || turnsUpright(xs, ys),
  };
}

/**
 * Whether four points go around along the axes: each side keeps x or y, and the next one the other.
 * @param {number[]} xs
 * @param {number[]} ys
 */
function turnsUpright(xs, ys) {
  const same = (/** @type {number[]} */ list, /** @type {number} */ i) =>
    Math.abs((list[i] ?? 0) - (list[(i + 1) % 4] ?? 0)) <= SAME;
  return [
    [xs, ys],
    [ys, xs],
  ].some(([one = [], other = []]) => [0, 2].every((i) => same(one, i) && same(other, i + 1)));
}

/** @type {Form} */
export const labelme = {
  title: () => t("labelme"),
  order: null,
  recognises: ({ data }) =>
    typeof data === "object" && data !== null && Array.isArray(/** @type {any} */ (data).shapes),
  read(reading) {
    const { gathering, name } = reading;
    const data = /** @type {any} */ (reading.data);
    const scored = data.shapes.some((/** @type {any} */ shape) => typeof shape?.score === "number");
    const picture = gathering.picture({
      name: typeof data.imagePath === "string" ? data.imagePath : name,
      width: sideOf(data.imageWidth),
      height: sideOf(data.imageHeight),
    });
    eachRow(
      data.shapes,
      (i) => t("Shape {row}", { row: i + 1 }),
      (value) => {
        const shape = objectOf(value);
        if (shape.shape_type !== undefined && shape.shape_type !== "rectangle")
          return gathering.leave(t("Shapes that are no rectangles, left out: {count}."));
        const { corners, isUpright } = around(shape.points);
        if (!isUpright) return gathering.leave(t("Rotated rectangles left out: {count}."));
        gathering.add(
          picture,
          corners,
          scoreOf(shape.score, scored, "score"),
          gathering.classOf(null, String(idOf(shape.label, "label"))),
        );
      },
    );
  },
};
