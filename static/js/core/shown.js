/** What this page shows, as far as a room can be shown it: its state, its runs, its photo. */

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./session/standing.js").Status} Status */
/** @typedef {{id: string, width: number, height: number, name?: string, incomplete?: boolean}} ShownPhoto */
/**
 * A session as a room drives it.
 * @typedef {object} Driven
 * @property {Status} status
 * @property {(run: string) => void} watch
 * @property {(step: number | null) => void} lookAt
 * @property {import("./recorded/recording.js").RecordedRun} recorded
 */

/**
 * @type {{state: State | null, sessions: Map<string, Driven>, photo: ShownPhoto | null,
 *   picture: {id: string, url: string} | null, marked: number[]}} sessions by what they are: "" is the
 *   page's own; `picture` also where it is of this page alone; `marked` are the boxes, flat, that the
 *   visitor has drawn around what is on the photo
 */
export const shown = { state: null, sessions: new Map(), photo: null, picture: null, marked: [] };

/** @type {Set<() => void>} */
const listeners = new Set();
/** Something of it is another now. */
export const noteShown = () => listeners.forEach((hear) => hear());
/** @param {() => void} hear @returns {() => void} it hears no more */
export function onShown(hear) {
  listeners.add(hear);
  return () => void listeners.delete(hear);
}

/** @param {State} state */
export function noteState(state) {
  shown.state = state;
  state.subscribe(noteShown);
  noteShown();
}

/** @param {string} name @param {Driven} session @returns {() => void} it is closed */
export function noteSession(name, session) {
  shown.sessions.set(name, session);
  noteShown();
  return () => {
    if (shown.sessions.get(name) === session) shown.sessions.delete(name);
    noteShown();
  };
}

/** @param {ShownPhoto | null} photo null: none that a room could be shown */
export function notePhoto(photo) {
  shown.photo = photo;
  noteShown();
}

/** @param {number[]} boxes */
export function noteMarked(boxes) {
  shown.marked = boxes;
  noteShown();
}

/**
 * Whether an album or a clip of the visitor's own is in use: one chosen before may still be a value.
 * @param {Record<string, any>} values
 */
export const usesAlbum = ({ data, pictures, clips, clip }) =>
  Boolean((data === "own" && pictures) || (clips === "own" && clip));

/** Whether what is on this page is for nobody else: then nobody is led on to the run that it begins. */
export let isPrivate = () => false;
/** @param {() => boolean} asks */
export const setPrivate = (asks) => void (isPrivate = asks);
