/** The forms of files of boxes that are read, and which one a file has. No DOM here. */

import { t } from "../../core/i18n.js";
import { Unreadable } from "../../core/files/json_file.js";
import { readJson } from "../../core/files/json_text.js";
import { parseXml } from "../../core/files/xml_text.js";
import { arrays, fiveNumbers } from "./form_arrays.js";
import { cocoResults, cocoTruth } from "./form_coco.js";
import { looksLikeYolo, voc, yolo, yoloNames } from "./form_texts.js";
import { huggingFace, labelme, ultralytics } from "./form_tools.js";
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
  cocoResults,
  fiveNumbers,
  yoloNames,
  yolo,
  voc,
];

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
  if (/^\s*</.test(text)) return { name, kind: "xml", data: parseXml(text), lines: null };
  if (!/^\s*[[{]/.test(text))
    throw new Unreadable(t("This file is neither JSON, nor XML, nor lines of YOLO's numbers."));
  return { name, kind: "json", ...readJson(text) };
}

/** @param {Document} document @returns {Form} */
export function formOf(document) {
  const form = FORMS.find((one) => one.recognises(document));
  if (form) return form;
  const { data } = document;
  const inner = Array.isArray(data) ? data[0] : data;
  const empty = typeof data === "object" && data !== null && !Object.keys(data).length;
  if (empty || (Array.isArray(data) && data.every((one) => Array.isArray(one))))
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
