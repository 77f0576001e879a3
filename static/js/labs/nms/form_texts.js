/** Boxes in text files: YOLO's lines, and the XML of PASCAL VOC. No DOM here. */

import { t } from "../../core/i18n.js";
import { childOf, textIn } from "../../core/files/xml_text.js";
import { eachRow, numberOf, refuseRow, sideOf, upright, written } from "./rows.js";

/** @typedef {import("./forms.js").Form} Form */
/** @typedef {import("../../core/files/xml_text.js").XmlElement} XmlElement */

const [LEAST_SHARE, MOST_SHARE] = [-1, 2]; // of a picture's side; a box may lie beyond the picture

/** The lines of a text that are not blank, with their numbers. @param {string} text */
export const linesOf = (text) =>
  text
    .split(/\r\n|\n|\r/)
    .map((line, i) => ({ line: line.trim(), number: i + 1 }))
    .filter(({ line }) => line);

/** Whether a text is rows of a class and numbers, as its first row says. @param {string} text */
export const looksLikeYolo = (text) =>
  /^\s*[^\s,;[{<]+(?:[ \t]+(?:[-+.\de]+|[-+]?(?:nan|inf))){4,}[ \t]*(?:[\r\n]|$)/i.test(text);

/** A share of the picture's side. @param {string | undefined} text @param {string} name */
function shareOf(text, name) {
  const share = numberOf(text, name);
  if (share < LEAST_SHARE || share > MOST_SHARE)
    refuseRow(
      t("“{name}” is {value}, which is no share of the picture's side (0 to 1).", { name, value: share }),
    );
  return share;
}

/** @param {string | undefined} cell */
const isWhole = (cell) => Number.isInteger(Number(cell));

/**
 * Whether a line is a class and the points of an outline. Of three points it has seven numbers, like
 * a box with score and track; a track is a whole number.
 * @param {string[]} cells @param {boolean} among whether other lines of the file surely are outlines
 */
function isOutline({ length, 6: last }, among) {
  if (length !== 7) return length > 7 && length % 2 === 1;
  return !isWhole(last) || (among && Number(last) <= 1);
}

/** @param {string[]} cells of a line @param {boolean} outlines whether its file has any */
function refuseOtherThanBox(cells, outlines) {
  const { length, 5: score } = cells;
  if (isOutline(cells, outlines))
    refuseRow(
      t("it is the outline of a segmentation (a class and {count} points), not a box.", {
        count: (length - 1) / 2,
      }),
    );
  if (length < 5 || length > 7)
    refuseRow(
      t("it has {count} numbers; a box has five, a sixth for its score and a seventh for its track.", {
        count: length,
      }),
    );
  if (isWhole(score) && Number(score) > 1) {
    refuseRow(
      t(
        "its sixth number is {value}, but scores lie between 0 and 1 in this form. A track's number stands after the score, as the seventh.",
        { value: written(Number(score)) },
      ),
    );
  }
}

/** @type {Form} */
export const yolo = {
  title: () => t("YOLO text"),
  order: null,
  recognises: ({ kind }) => kind === "yolo",
  read({ data, name, gathering, onProgress }) {
    const rows = linesOf(String(data)).map(({ line, number }) => ({ cells: line.split(/\s+/), number }));
    const outlines = rows.some(({ cells }) => isOutline(cells, false));
    const scored = rows.some(({ cells }) => cells.length > 5 && !isOutline(cells, outlines));
    gathering.announce({ classes: rows.map(({ cells }) => Number(cells[0])) });
    const picture = gathering.picture({ name });
    (scored ? picture.found : picture.truth).shares = true;
    eachRow(
      rows,
      (i) => t("Line {line}", { line: rows[i]?.number ?? 0 }),
      ({ cells }) => {
        const label = numberOf(cells[0], "class");
        if (!Number.isInteger(label) || label < 0)
          refuseRow(
            t("“{name}” is {value}, not a whole number from 0.", { name: "class", value: written(label) }),
          );
        refuseOtherThanBox(cells, outlines);
        if (cells.length === 7)
          gathering.note(t("The seventh number of a line is read as its track, which is not shown."));
        const [x = 0, y = 0, width = 0, height = 0] = ["x", "y", "width", "height"].map((key, i) =>
          shareOf(cells[i + 1], key),
        );
        if (width < 0 || height < 0)
          refuseRow(t("its width or height is negative ({width}, {height}).", { width, height }));
        const score = scored ? numberOf(cells[5], "score") : null;
        gathering.add(
          picture,
          [x - width / 2, y - height / 2, x + width / 2, y + height / 2],
          score,
          gathering.classOf(label),
        );
      },
      onProgress,
    );
  },
};

/** The names of YOLO's classes, one a line. @type {Form} */
export const yoloNames = {
  title: () => t("class names"),
  order: null,
  recognises: ({ kind }) => kind === "names",
  read({ data, gathering }) {
    const lines = linesOf(String(data));
    gathering.announce({ classes: lines.keys() });
    lines.forEach(({ line }, i) => gathering.classOf(i, line));
  },
};

/** @type {Form} */
export const voc = {
  title: () => "PASCAL VOC",
  order: null,
  recognises: ({ kind, data }) => kind === "xml" && /** @type {XmlElement} */ (data).name === "annotation",
  read({ data, name, gathering }) {
    const root = /** @type {XmlElement} */ (data);
    const size = childOf(root, "size");
    const side = (/** @type {string} */ key) => sideOf(Number(size && textIn(size, key)));
    const picture = gathering.picture({
      name: textIn(root, "filename") || name,
      width: side("width"),
      height: side("height"),
    });
    const objects = root.children.filter((child) => child.name === "object");
    const scoreKey = ["score", "confidence"].find((key) => objects.some((object) => childOf(object, key)));
    eachRow(
      objects,
      (i) => t("Object {row}", { row: i + 1 }),
      (object) => {
        const box = childOf(object, "bndbox") ?? refuseRow(t("“{name}” is missing.", { name: "bndbox" }));
        const corners = upright(
          ["xmin", "ymin", "xmax", "ymax"].map((key) => numberOf(textIn(box, key), key)),
        );
        const label = textIn(object, "name") || refuseRow(t("“{name}” is missing.", { name: "name" }));
        if (textIn(object, "difficult") === "1")
          gathering.leave(t("Objects marked as difficult, left out: {count}."));
        else {
          const score = scoreKey === undefined ? null : numberOf(textIn(object, scoreKey), scoreKey);
          gathering.add(picture, corners, score, gathering.classOf(null, label));
        }
      },
    );
  },
};
