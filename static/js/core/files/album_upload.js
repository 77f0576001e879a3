/**
 * Pictures of the visitor's for an album: a few in one request, many in batches that the server puts
 * together. One photo at a time is decoded here, and none is sent twice.
 */

import { ApiError, json, post, uploadFiles } from "../api.js";
import { number, t } from "../i18n.js";
import { sizeOf } from "./picture_size.js";
import { reduced } from "./reduce.js";

const DRAFTS = "/api/albums/drafts";
const FEW = 24; // photos of which the server cuts patches, so that they come together
const MOST = 5000; // pictures of an album
const WHOLE_SIDE = 640; // pixels of a photo that becomes one picture of 32 x 32: a tenth of the bytes of 1600
const BATCH = 50; // files
const BATCH_BYTES = 8 * 2 ** 20;

/** @typedef {(done: number, all: number) => void} OnProgress in files; each counts when it has arrived */

/**
 * The album that the server made of these files.
 * @param {File[]} files zips, photos
 * @param {OnProgress} onProgress
 * @param {AbortSignal} signal
 * @returns {Promise<any>}
 */
export async function uploadAlbum(files, onProgress, signal) {
  if (files.length > MOST) {
    throw new ApiError("album_too_large", () =>
      t("These are {count} files: an album holds at most {limit} pictures.", {
        count: number(files.length, 0),
        limit: number(MOST, 0),
      }),
    );
  }
  if (files.length > FEW) return inBatches(files, onProgress, signal);
  const small = [];
  for (const file of files) {
    small.push(await reduced(file));
    signal.throwIfAborted();
  }
  const names = files.map((file) => file.name);
  return uploadFiles(
    "/api/albums",
    small,
    (share) => onProgress(share * files.length, files.length),
    signal,
    names,
  );
}

/** @param {File[]} files @param {OnProgress} onProgress @param {AbortSignal} signal */
async function inBatches(files, onProgress, signal) {
  const { id } = await json(DRAFTS, { method: "POST", signal });
  const draft = `${DRAFTS}/${id}`;
  const drop = () => void fetch(draft, { method: "DELETE", keepalive: true }).catch(() => {});
  addEventListener("pagehide", drop);
  try {
    let done = 0;
    for await (const batch of batchesOf(files, signal)) {
      const before = done;
      const send = (/** @type {number} */ share) =>
        onProgress(before + share * batch.files.length, files.length);
      await uploadFiles(draft, batch.files, send, signal, batch.names);
      done += batch.files.length;
    }
    return await post(`${draft}/album`, {}, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === "offline") drop(); // else the server has ended it
    throw error;
  } finally {
    removeEventListener("pagehide", drop);
  }
}

/**
 * Photos reduced one after the other, gathered until they fill a request; each zip by itself.
 * @param {File[]} files @param {AbortSignal} signal
 */
export async function* batchesOf(files, signal) {
  /** @type {{files: Blob[], names: string[], bytes: number}} */
  let batch = { files: [], names: [], bytes: 0 };
  for (const file of files) {
    const small = await reduced(file, WHOLE_SIDE);
    signal.throwIfAborted();
    const alone = await isZip(file);
    const full = batch.files.length >= BATCH || batch.bytes + small.size > BATCH_BYTES || alone;
    if (full && batch.files.length) {
      yield batch;
      batch = { files: [], names: [], bytes: 0 };
    }
    batch.files.push(small);
    batch.names.push(file.name);
    batch.bytes += alone ? BATCH_BYTES : small.size;
  }
  if (batch.files.length) yield batch;
}

/** @param {File} file */
const isZip = async (file) => sizeOf(new Uint8Array(await file.slice(0, 16).arrayBuffer())).kind === "zip";
