/** The forms of files of boxes that are read, and which one a file has. No DOM here. */

import { t } from "../../core/i18n.js";
import { Unreadable } from "../../core/files/json_file.js";
import { readJson } from "../../core/files/json_text.js";
import { parseXml } from "../../core/files/xml_text.js";
import { arrays, fiveNumbers } from "./form_arrays.js";
import { cocoResults, cocoTruth } from "./form_coco.js";
import { looksLikeYolo, voc, yolo, yoloNames } from "./form_texts.js";
import { cornerRows, huggingFace, labelme, ultralytics } from "./form_tools.js";
import { written } from "./rows.js";

/** @typedef {import("./rows.js").BoxOrder} BoxOrder */
/**
 * @typedef {object} Document a file's content
 * @property {string} name of the file
 * @property {"json" | "xml" | "yolo" | "names"} kind
 * @property {unknown} data parsed, if it is JSON or XML
 * @property {number[] | null} lines of JSON lines: the line of each row
 */
/**
 * @typedef {object} How a document is read, and where to
 * @property {import("./gathering.js").Gathering} gathering
 * @property {BoxOrder} order of the four numbers, where the form leaves room for doubt
 * @property {(share: number) => void} onProgress
 */
/** @typedef {Document & How} Reading */
/**
 * @typedef {object} Form
 * @property {() => string} title
 * @property {BoxOrder | null} order that the form's four numbers should have; null where they are named
 * @property {(document: Document) => boolean} recognises
 * @property {(reading: Reading) => void} read throws `Unreadable`
 */

/** The first one that recognises a file reads it. @type {Form[]} */
const FORMS = [
  cocoTruth,
  labelme,
  arrays,
  huggingFace,
  ultralytics,
  cornerRows,
  cocoResults,
  fiveNumbers,
  yoloNames,
  yolo,
  voc,
];

/** A list, an object, or a single value, which is refused as JSON. */
const JSON_TEXT = /^\s*(?:[[{]|(?:null|true|false|-?[\d.]+|"[^"\n]*")\s*$)/;
/** At least five cells between commas or semicolons. */
const TABLE_LINE = /^(?:[^\n,]*,){4}|^(?:[^\n;]*;){4}/;

/** Why a text is refused that is in none of the forms. @param {string} name @param {string} text */
function strangeText(name, text) {
  if (/\.ya?ml$/i.test(name))
    return t(
      "This is a YAML file. The names of classes are read from a file classes.txt, with one name per line.",
    );
  const separator = TABLE_LINE.exec(text.trimStart())?.[0].slice(-1);
  if (separator)
    return t(
      "This file is a table with “{separator}” between its cells, which is not read here. Save the boxes as COCO results, or as YOLO text with blanks between the numbers.",
      { separator },
    );
  return t("This file is neither JSON, nor XML, nor lines of YOLO's numbers.");
}

/**
 * @param {string} name of the file
 * @param {string} text its content
 * @returns {Document}
 */
export function documentOf(name, text) {
  if (/^(?:classes|obj)\.(?:txt|names)$/i.test(name)) return { name, kind: "names", data: text, lines: null };
  if (looksLikeYolo(text) || (!text.trim() && /\.txt$/i.test(name)))
    return { name, kind: "yolo", data: text, lines: null };
  if (!text.trim()) throw new Unreadable(t("This file is empty."));
  if (/^\s*<(?:!doctype\s+)?html\b/i.test(text))
    throw new Unreadable(t("This is an HTML page, not a file of boxes."));
  if (/^\s*</.test(text)) return { name, kind: "xml", data: parseXml(text), lines: null };
  if (!JSON_TEXT.test(text)) throw new Unreadable(strangeText(name, text));
  return { name, kind: "json", ...readJson(text) };
}

/** @param {Document} document @returns {Form} */
export function formOf(document) {
  const form = FORMS.find((one) => one.recognises(document));
  if (form) return form;
  const { data } = document;
  const inner = Array.isArray(data) ? data[0] : data;
  if (Array.isArray(data) && data.every((one) => Array.isArray(one)))
    throw new Unreadable(t("The list of detections in this file is empty."));
  if (typeof data === "object" && data && !Object.keys(data).length)
    throw new Unreadable(t("This file holds no list of detections."));
  if (document.kind === "xml")
    throw new Unreadable(
      t("This XML file is not in the form of PASCAL VOC: its root is “{name}”.", {
        name: /** @type {any} */ (data).name,
      }),
    );
  if (typeof inner !== "object" || !inner)
    throw new Unreadable(t("This file holds no list of detections, but {value}.", { value: written(inner) }));
  throw new Unreadable(
    t("The form of this file is not known here: its objects have the keys {names}.", {
      names: written(Object.keys(inner)),
    }),
  );
}
