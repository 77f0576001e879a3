/**
 * Boxes, scores and labels in lists of their own: torchvision's dict, mmdetection's prediction and
 * the body of Vitrine's own `/api/nms`; and mmdetection's older lists of five numbers. No DOM here.
 */

import { t } from "../../core/i18n.js";
import { Unreadable } from "../../core/files/json_file.js";
import { scoreOf } from "./gathering.js";
import { cornersOf, eachRow, idOf, numberOf, objectOf, refuseRow, upright, written } from "./rows.js";

/** @typedef {import("./forms.js").Form} Form */
/** @typedef {import("./forms.js").Reading} Reading */

/** @param {unknown} value */
const boxesOf = (value) => {
  if (typeof value !== "object" || !value) return undefined;
  const { boxes, bboxes } = /** @type {Record<string, unknown>} */ (value);
  return [boxes, bboxes].find(Array.isArray);
};

/**
 * A list beside the boxes, with one entry for each of them.
 * @param {unknown} list
 * @param {string} name
 * @param {number} count
 */
function besides(list, name, count) {
  if (list === undefined || list === null) return null;
  if (!Array.isArray(list))
    throw new Unreadable(t("“{name}” is {value}, not a list.", { name, value: written(list) }));
  if (list.length !== count)
    throw new Unreadable(
      t("The numbers of boxes ({boxes}) and of entries in “{name}” ({count}) differ.", {
        boxes: count,
        count: list.length,
        name,
      }),
    );
  return list;
}

/** @param {number | null} picture from 1, or null where the file has only one */
const boxPlace = (picture) => (/** @type {number} */ i) =>
  picture === null
    ? t("Box {name}", { name: i + 1 })
    : t("Picture {picture}, box {name}", { picture, name: i + 1 });

/** @param {Reading} reading @param {Record<string, any>} dict @param {number | null} position */
function readDict(reading, dict, position) {
  const { gathering, order } = reading;
  const rows = boxesOf(dict) ?? [];
  const scores = besides(dict.scores, "scores", rows.length);
  const labels = besides(dict.labels, "labels", rows.length);
  // mmdetection's boxes may carry their score as a fifth number.
  const five =
    !scores &&
    Array.isArray(dict.bboxes) &&
    rows.length > 0 &&
    rows.every((row) => Array.isArray(row) && row.length === 5);
  const picture = pictureOf(reading, dict, position);
  eachRow(
    rows,
    boxPlace(position),
    (row, i) => {
      const corners = cornersOf(five ? /** @type {any} */ (row).slice(0, 4) : row, "boxes", order);
      const score = five
        ? numberOf(/** @type {any} */ (row)[4], "score")
        : scoreOf(scores?.[i], scores !== null, "scores");
      gathering.add(picture, corners, score, labels ? gathering.classOf(idOf(labels[i], "labels")) : -1);
    },
    reading.onProgress,
  );
}

/** @param {Reading} reading @param {Record<string, any>} dict @param {number | null} position */
function pictureOf({ gathering, name }, { image_id, file_name, img_path, filename, image }, position) {
  const told = [file_name, img_path, filename, image].find((one) => typeof one === "string");
  if (typeof image_id === "string" || typeof image_id === "number")
    return gathering.picture({ id: image_id, name: told ?? "" });
  if (told) return gathering.picture({ id: told, name: told });
  return gathering.picture(position === null ? { name } : { id: position });
}

/**
 * The entries of every picture's list of a name.
 * @param {Record<string, any>[]} dicts
 * @param {string} name
 */
function* entriesOf(dicts, name) {
  for (const dict of dicts) if (Array.isArray(dict[name])) yield* dict[name];
}

/** @type {Form} */
export const arrays = {
  title: () => t("lists of boxes, scores and labels"),
  order: "xyxy",
  recognises: ({ data }) =>
    boxesOf(data) !== undefined || (Array.isArray(data) && data.some((one) => boxesOf(one) !== undefined)),
  read(reading) {
    const { data, lines, gathering } = reading;
    const dicts = Array.isArray(data) ? data : [data];
    const placeOf = (/** @type {number} */ i) =>
      lines ? t("Line {line}", { line: lines[i] ?? 0 }) : t("Picture {picture}", { picture: i + 1 });
    eachRow(dicts, placeOf, (dict) => {
      if (boxesOf(objectOf(dict)) === undefined) refuseRow(t("“{name}” is missing.", { name: "boxes" }));
      if (typeof dict.image_id === "number") idOf(dict.image_id, "image_id");
    });
    gathering.announce({
      pictures: dicts.map(({ image_id }) => image_id),
      classes: entriesOf(dicts, "labels"),
    });
    dicts.forEach((dict, i) => readDict(reading, dict, dicts.length > 1 ? i + 1 : null));
  },
};

/**
 * How deep the numbers of nested lists lie; 0 where there are none.
 * @param {unknown} value
 * @param {number} [most]
 * @returns {number}
 */
function depthOf(value, most = 5) {
  if (!Array.isArray(value) || !most) return 0;
  for (const one of value) {
    if (typeof one === "number") return 1;
    const inner = depthOf(one, most - 1);
    if (inner) return inner + 1;
  }
  return 0;
}

/** @param {unknown} value @param {string} name @returns {unknown[]} */
const listOf = (value, name) => {
  if (Array.isArray(value)) return value;
  throw new Unreadable(t("“{name}” is {value}, not a list.", { name, value: written(value) }));
};

/**
 * @param {Reading} reading
 * @param {unknown} classes a list of boxes for each class
 * @param {number | null} position
 */
function readClasses(reading, classes, position) {
  const { gathering, name } = reading;
  const picture = gathering.picture(position === null ? { name } : { id: position });
  const lists = listOf(classes, t("a picture"));
  gathering.announce({ classes: lists.keys() });
  lists.forEach((rows, number) => {
    const label = gathering.classOf(number);
    const placeOf = (/** @type {number} */ i) =>
      t("{place} of class {number}", { place: boxPlace(position)(i), number });
    eachRow(
      listOf(rows, t("a class")),
      placeOf,
      (row) => {
        if (!Array.isArray(row) || row.length !== 5)
          return refuseRow(
            t("{value} is not five numbers ({expected}).", {
              value: written(row),
              expected: "x1, y1, x2, y2, score",
            }),
          );
        const [x1, y1, x2, y2, score] = row.map((one, i) =>
          numberOf(one, ["x1", "y1", "x2", "y2", "score"][i] ?? ""),
        );
        gathering.add(picture, upright([x1 ?? 0, y1 ?? 0, x2 ?? 0, y2 ?? 0]), score ?? 0, label);
      },
      reading.onProgress,
    );
  });
}

/** @type {Form} */
export const fiveNumbers = {
  title: () => t("mmdetection's lists of five numbers"),
  order: null,
  recognises: ({ data }) => [2, 3, 4].includes(depthOf(data)),
  read(reading) {
    const data = listOf(reading.data, reading.name);
    const depth = depthOf(data);
    if (depth === 3 && data.length > 1) {
      reading.gathering.note(
        t(
          "The {count} lists are read as the classes 0 to {last} of one picture; the same form may also hold {count} pictures of one class.",
          { count: data.length, last: data.length - 1 },
        ),
      );
    }
    if (depth === 4) data.forEach((classes, i) => readClasses(reading, classes, i + 1));
    else readClasses(reading, depth === 3 ? data : [data], null);
  },
};
