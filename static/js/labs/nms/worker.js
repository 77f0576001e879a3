/**
 * A worker of the `nms` page: it reads the files that a visitor opens, which may take seconds, and
 * keeps what it has read; the page asks it for one picture after the other.
 */

import { speak, t } from "../../core/i18n.js";
import { textOf, Unreadable } from "../../core/files/json_file.js";
import { kindOf, overlaps, pictureAt, readFiles } from "./reading.js";

/** @typedef {import("./reading.js").ReadSet} ReadSet */
/**
 * @typedef {object} OpenQuestion
 * @property {File[]} files
 * @property {{files: File[], kind: string} | null} beside what is open already: it stays, if boxes and
 *   ground truth meet
 * @property {import("./rows.js").BoxOrder | null} order
 * @property {ReturnType<typeof import("../../core/i18n.js").speech>} speech
 */
/** @typedef {{index: number, how: Parameters<typeof pictureAt>[2]}} PictureQuestion */

const MEBIBYTE = 2 ** 20;
const MOST_BYTES = 200 * MEBIBYTE; // of all files together; parsed they take some ten times as much
const [READ, PARSED] = [0.1, 0.5]; // shares of the work when a file's bytes are here, when its rows are

/** @type {ReadSet | null} */
let set = null;

/** @param {File} file */
async function contentOf(file) {
  let bytes;
  try {
    bytes = new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new Unreadable(t("“{file}” can no longer be read: it was moved or changed.", { file: file.name }));
  }
  return { name: file.name, text: textOf(bytes).text };
}

/** @param {OpenQuestion} question @param {(share: number) => void} onProgress */
async function open({ files, beside, order, speech }, onProgress) {
  speak(speech);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes > MOST_BYTES) {
    throw new Unreadable(
      t("These files have {size} MiB together; at most {limit} MiB can be read at once.", {
        size: Math.ceil(bytes / MEBIBYTE),
        limit: MOST_BYTES / MEBIBYTE,
      }),
    );
  }
  const how = {
    order,
    onProgress: (/** @type {number} */ share) => onProgress(PARSED + (1 - PARSED) * share),
  };
  const contents = await Promise.all(files.map(contentOf));
  onProgress(READ);
  const alone = readFiles(contents, how);
  const together = beside ? await joined(beside, contents, alone, how) : null;
  set = together ?? alone;
  return { opened: set.opened, files: together && beside ? [...beside.files, ...files] : files };
}

/**
 * Both sets as one, if one has the boxes and the other the ground truth of a picture.
 * @param {NonNullable<OpenQuestion["beside"]>} beside
 * @param {{name: string, text: string}[]} contents
 * @param {ReadSet} alone
 * @param {Parameters<typeof readFiles>[1]} how
 */
async function joined(beside, contents, alone, how) {
  if ([beside.kind, kindOf(alone.opened)].sort().join() !== "boxes,truths") return null;
  try {
    const all = readFiles([...(await Promise.all(beside.files.map(contentOf))), ...contents], how);
    return overlaps(all.opened) ? all : null;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    alone.opened.notes.push(
      t("What was open before could not be read again: {reason}", { reason: error.message }),
    );
    return null;
  }
}

/** @param {PictureQuestion} question */
function picture({ index, how }) {
  if (!set) throw new Error("no file is open");
  return pictureAt(set, index, how);
}

/** @param {unknown} error what the page is told; a fault of ours is also thrown */
function refusalOf(error) {
  if (error instanceof Unreadable) return error.message;
  if (error instanceof RangeError) return t("This file is too large for the browser's memory.");
  return null;
}

addEventListener("message", async ({ data: { number, open: opening, picture: which } }) => {
  try {
    const onProgress = (/** @type {number} */ share) => postMessage({ number, share });
    postMessage({ number, answer: opening ? await open(opening, onProgress) : picture(which) });
  } catch (error) {
    const refusal = refusalOf(error);
    postMessage({ number, refusal });
    if (refusal === null) throw error;
  }
});
