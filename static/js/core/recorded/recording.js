/**
 * A page that was taken away has no server: in its place stands what the server had answered, and
 * the frames of its runs. On every other page `recording` is null.
 */

import { decode } from "../wire.js";
import { unpacked } from "./modules.js";

/** @typedef {ReturnType<typeof decode>} Frame */
/**
 * @typedef {object} RecordedRun
 * @property {Record<string, any>} config it began with
 * @property {string[]} live fields that change it while it runs
 * @property {ArrayBuffer[]} frames first to last
 */
/** @typedef {{key: string, status: number, type: string, body: Uint8Array<ArrayBuffer>}} Answer */
/**
 * @typedef {object} Recording
 * @property {string} date as the page says it
 * @property {Record<string, any> | null} photo
 * @property {RecordedRun[]} runs
 * @property {Map<string, Answer>} answers by their keys
 * @property {Map<string, string>} files addresses of pictures, by their paths
 * @property {Uint8Array<ArrayBuffer>} font of the formulas
 */

/** What tells a question from others. @param {string} path @param {RequestInit} init */
export function keyOf(path, { method = "GET", body = "", headers = {} }) {
  const accept = /** @type {Record<string, string>} */ (headers).Accept ?? "";
  return [method, path, accept, typeof body === "string" ? body : ""].join(" ");
}

/** To compare. @param {Record<string, any>} config */
const textOf = (config) => JSON.stringify(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)));

/** @param {string} text of a recording, packed @returns {Promise<Recording>} */
export async function opened(text) {
  const { header, arrays } = decode(await unpacked(text));
  /** @param {string} name @returns {Uint8Array<ArrayBuffer>} of its own */
  const bytes = (name) => arrays[name].slice();
  return {
    date: header.date,
    photo: header.photo,
    font: bytes(header.font),
    runs: header.runs.map((/** @type {any} */ run) => ({
      ...run,
      frames: run.frames.map((/** @type {string} */ name) => bytes(name).buffer),
    })),
    answers: new Map(
      header.answers.map((/** @type {any} */ one) => [one.key, { ...one, body: bytes(one.body) }]),
    ),
    files: new Map(
      header.files.map((/** @type {any} */ { path, type, body }) => [
        path,
        URL.createObjectURL(new Blob([bytes(body)], { type })),
      ]),
    ),
  };
}

const element = typeof document === "undefined" ? null : document.querySelector("[data-recording]");

/** @type {Recording | null} */
export const recording = element ? await opened(element.textContent ?? "") : null;

if (recording?.font.length)
  void new FontFace("STIX Two Math", recording.font).load().then((font) => document.fonts.add(font));

/**
 * The recorded run of a configuration.
 * @param {Record<string, any>} config
 * @param {Recording | null} [from]
 */
export const runOf = (config, from = recording) =>
  from?.runs.find((run) => textOf(run.config) === textOf(config)) ?? null;

/**
 * What the server answered, and null where it was not asked.
 * @param {string} path
 * @param {RequestInit} init
 */
export function answerOf(path, init) {
  if (init.method === "HEAD") return new Response(null, { status: recording?.files.has(path) ? 200 : 404 });
  const found = recording?.answers.get(keyOf(path, init));
  if (!found) return null;
  const { status, type, body } = found;
  return new Response(status === 204 ? null : body, { status, headers: { "Content-Type": type } });
}

/** Of which sessions and runs the past was shown at once when the page opened: then it is played anew. */
const shownWhole = new Set();
/** Runs that are about to be shown from their last frame on. @type {RecordedRun[]} */
const atLast = [];

/**
 * The frames before the last one of a run that a session opens with, so that it can be gone back in.
 * @param {Record<string, any>} config
 * @param {string} session its name
 * @returns {Frame[]} none from the second time on
 */
export function earlierFrames(config, session) {
  const run = runOf(config);
  if (!run || !recording) return [];
  const once = `${session} ${recording.runs.indexOf(run)}`;
  if (shownWhole.has(once)) return [];
  shownWhole.add(once);
  atLast.push(run);
  return run.frames.slice(0, -1).map((frame) => decode(frame));
}

/** Where the run is on show from now on: a place among its frames. @param {RecordedRun} run */
export function placeAtStart(run) {
  const at = atLast.indexOf(run);
  if (at < 0) return 0;
  atLast.splice(at, 1);
  return run.frames.length - 1;
}
