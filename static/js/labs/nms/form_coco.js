/** COCO: results (rows of a picture's id, a class, a box and a score) and ground truth. No DOM here. */

import { t } from "../../core/i18n.js";
import { rowPlace, scoreOf } from "./gathering.js";
import { cornersOf, eachRow, haveSome, idOf, objectOf, refuseRow, sideOf, written } from "./rows.js";

/** @typedef {import("./forms.js").Form} Form */
/** @typedef {import("./forms.js").Reading} Reading */

/** Where a file keeps its rows, if it is not a list itself. */
const LISTS = ["annotations", "predictions", "detections", "results"];

/** @param {unknown} data @returns {unknown[] | undefined} */
function rowsOf(data) {
  if (Array.isArray(data)) return data;
  if (typeof data !== "object" || !data) return undefined;
  return LISTS.map((name) => /** @type {any} */ (data)[name]).find(Array.isArray);
}

/** @param {unknown} data */
const hasImages = (data) =>
  typeof data === "object" && data !== null && Array.isArray(/** @type {any} */ (data).images);

/** @param {unknown} row */
const isRow = (row) =>
  typeof row === "object" && row !== null && ["bbox", "image_id"].some((name) => Object.hasOwn(row, name));

/** The values that rows have under a name. @param {unknown[]} rows @param {string} name */
function* valuesOf(rows, name) {
  for (const row of rows) {
    const value = typeof row === "object" && row ? /** @type {any} */ (row)[name] : undefined;
    if (value !== undefined) yield value;
  }
}

/** What refuses an id that comes again with another name: which of the two is meant? */
function onceOnly() {
  /** @type {Map<string, unknown>} */
  const names = new Map();
  return (/** @type {string | number} */ id, /** @type {unknown} */ name) => {
    const key = String(id);
    if (names.has(key) && names.get(key) !== name)
      refuseRow(t("“id” is {value} as in an entry before, which has another name.", { value: written(id) }));
    names.set(key, name);
  };
}

/** The list of pictures of a file of ground truth. @param {any} data @param {Reading} reading */
function readImages(data, { gathering }) {
  gathering.announce({ pictures: valuesOf(data.images, "id") });
  const once = onceOnly();
  eachRow(
    data.images,
    (row) => t("Entry {row} of “{name}”", { row: row + 1, name: "images" }),
    (row) => {
      const { id, file_name, width, height } = objectOf(row);
      once(idOf(id, "id"), file_name);
      gathering.picture({
        id: idOf(id, "id"),
        name: typeof file_name === "string" ? file_name : "",
        width: sideOf(width),
        height: sideOf(height),
      });
    },
  );
}

/** The list of classes of a file of ground truth. @param {any} data @param {Reading} reading */
function readCategories(data, { gathering }) {
  gathering.announce({ classes: valuesOf(data.categories, "id") });
  const once = onceOnly();
  eachRow(
    data.categories,
    (row) => t("Entry {row} of “{name}”", { row: row + 1, name: "categories" }),
    (row) => {
      const { id, name } = objectOf(row);
      once(idOf(id, "id"), name);
      gathering.classOf(idOf(id, "id"), typeof name === "string" ? name : "");
    },
  );
}

/** The fields that name a class, as the rows of one file use them. @param {unknown[]} rows */
function classReader(rows) {
  const byId = haveSome(rows, "category_id");
  const nameKey = ["category_name", "category", "name", "label"].find((key) => haveSome(rows, key));
  if (!byId && !nameKey) return () => -1;
  return (/** @type {Record<string, any>} */ row, /** @type {Reading} */ { gathering }) => {
    const name = nameKey === undefined ? undefined : row[nameKey];
    if (byId)
      return gathering.classOf(idOf(row.category_id, "category_id"), typeof name === "string" ? name : "");
    const id = idOf(name, nameKey ?? "");
    return typeof id === "string" ? gathering.classOf(null, id) : gathering.classOf(id);
  };
}

/** @param {Reading} reading @param {unknown[]} rows */
function readRows(reading, rows) {
  const { gathering, name, order, lines } = reading;
  const scored = haveSome(rows, "score");
  const withPictures = haveSome(rows, "image_id");
  const labelOf = classReader(rows);
  const placeOf = (/** @type {number} */ i) =>
    lines ? t("Line {line}", { line: lines[i] ?? 0 }) : rowPlace(i);
  gathering.announce({ pictures: valuesOf(rows, "image_id"), classes: valuesOf(rows, "category_id") });
  eachRow(
    rows,
    placeOf,
    (value) => {
      const row = objectOf(value);
      const corners = cornersOf(row.bbox, "bbox", order);
      const score = scoreOf(row.score, scored, "score");
      const label = labelOf(row, reading);
      const picture = gathering.picture(withPictures ? { id: idOf(row.image_id, "image_id") } : { name });
      if (score === null && row.iscrowd) {
        if (row.iscrowd !== 1 && row.iscrowd !== true)
          refuseRow(
            t("“{name}” is {value}, neither 0 nor 1.", { name: "iscrowd", value: written(row.iscrowd) }),
          );
        gathering.leave(t("Regions of a crowd (iscrowd), left out: {count}."));
      } else gathering.add(picture, corners, score, label);
    },
    reading.onProgress,
  );
}

/** @type {Form} */
export const cocoTruth = {
  title: () => t("COCO ground truth"),
  order: "xywh",
  recognises: ({ data }) => hasImages(data) && rowsOf(data) !== undefined,
  read(reading) {
    readImages(reading.data, reading);
    if (Array.isArray(/** @type {any} */ (reading.data).categories)) readCategories(reading.data, reading);
    readRows(reading, rowsOf(reading.data) ?? []);
  },
};

/** @type {Form} */
export const cocoResults = {
  title: () => t("COCO results"),
  order: "xywh",
  recognises: ({ data }) => {
    const rows = rowsOf(data);
    return rows ? rows.some(isRow) || (!rows.length && !Array.isArray(data)) : isRow(data);
  },
  read(reading) {
    const { data } = reading;
    if (typeof data === "object" && data && Array.isArray(/** @type {any} */ (data).categories))
      readCategories(data, reading);
    readRows(reading, rowsOf(data) ?? [data]);
  },
};
