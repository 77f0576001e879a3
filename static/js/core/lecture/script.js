/**
 * A lecture script: states of the labs in order, with notes and minutes. As text it is a file, packed it is
 * part of a link; the server keeps none. app/lectures tells its form. No DOM here.
 */

/** @typedef {{path: string, note: string, minutes: number}} LectureState */
/** @typedef {{title: string, states: LectureState[]}} Script */

const VERSION = 1;
export const MOST_STATES = 100;
const MOST = { title: 200, path: 20_000, note: 4000, minutes: 600 };
const PAGE = /^\/labs\/[a-z-]+(?:[?#].*)?$/;

/** Why a text is no script: a key of `whyNot` in pages/lecture. */
export class NoScript extends Error {}

/** @param {unknown} value @param {number} most @returns {string} */
const textOf = (value, most) => (typeof value === "string" ? value.slice(0, most) : "");

/**
 * @param {any} state
 * @returns {LectureState}
 */
function stateOf(state) {
  const path = state?.path;
  if (typeof path !== "string" || path.length > MOST.path || !PAGE.test(path)) throw new NoScript("path");
  const minutes = Number(state.minutes);
  return {
    path,
    note: textOf(state.note, MOST.note),
    minutes: Number.isFinite(minutes) ? Math.min(Math.max(minutes, 0), MOST.minutes) : 0,
  };
}

/**
 * The script that an object tells. Raises `NoScript`.
 * @param {any} told
 * @returns {Script}
 */
export function scriptOf(told) {
  if (told?.vitrine !== "lecture" || !Array.isArray(told.states)) throw new NoScript("form");
  if (told.version > VERSION) throw new NoScript("version");
  if (told.states.length > MOST_STATES) throw new NoScript("long");
  return { title: textOf(told.title, MOST.title), states: told.states.map(stateOf) };
}

/** @param {string} text @returns {Script} raises `NoScript` */
export function parsed(text) {
  try {
    return scriptOf(JSON.parse(text));
  } catch (error) {
    throw error instanceof NoScript ? error : new NoScript("form");
  }
}

/** @param {Script} script */
export const written = (script) =>
  JSON.stringify({ vitrine: "lecture", version: VERSION, ...script }, null, 1);

/** @param {Script} script */
export const minutesOf = ({ states }) => states.reduce((sum, { minutes }) => sum + minutes, 0);

/** Minutes from the beginning to the end of a state. @param {Script} script @param {number} at */
export const minutesUntil = (script, at) => minutesOf({ ...script, states: script.states.slice(0, at + 1) });

/**
 * A script with one state at another place.
 * @param {Script} script
 * @param {number} from
 * @param {number} to
 * @returns {Script}
 */
export function moved(script, from, to) {
  const states = [...script.states];
  const [one] = states.splice(from, 1);
  if (one) states.splice(to, 0, one);
  return { ...script, states };
}

const MOST_BYTES = 4 * 2 ** 20; // of a script: a stranger's link may unpack to a thousand times its length

/**
 * @param {Blob} blob
 * @param {CompressionStream | DecompressionStream} through
 * @returns {Promise<Blob>} raises `NoScript` for too much
 */
async function streamed(blob, through) {
  const parts = [];
  let size = 0;
  const reader = blob.stream().pipeThrough(through).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    size += read.value.byteLength;
    if (size > MOST_BYTES) throw new NoScript("long");
    parts.push(read.value);
  }
  return new Blob(parts);
}

/** For a link: letters that no address changes. @param {Script} script */
export async function packed(script) {
  const small = await streamed(new Blob([written(script)]), new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await small.arrayBuffer());
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} text @returns {Promise<Script>} raises `NoScript` */
export async function unpacked(text) {
  try {
    const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const raw = await streamed(new Blob([bytes]), new DecompressionStream("deflate-raw"));
    return parsed(await raw.text());
  } catch (error) {
    throw error instanceof NoScript ? error : new NoScript("link");
  }
}
