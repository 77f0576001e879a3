/** The frames that a run has shown so far, and which of them is on show. */

import { createHistory } from "./history.js";

/** @typedef {import("./run.js").Frame} Frame */
/** @typedef {ReturnType<typeof createPast>} Past */

/** @param {(frame: Frame, about: {past: boolean}) => void} onFrame shows a frame */
export function createPast(onFrame) {
  /** @type {ReturnType<typeof createHistory<Frame>>} */
  const frames = createHistory();
  /** @type {number | null} */
  let share = null; // the place on show in [0, 1]; null: the newest
  /** @type {Frame | null} */
  let lent = null; // a frame of the past that was not kept here, while it is on show
  const shown = () => lent ?? (share === null ? frames.last : frames.at(share));

  /** What is on show, for whoever writes its words in another language. */
  function showAgain() {
    const frame = shown();
    if (frame) onFrame(frame, { past: share !== null });
  }

  return {
    frames,
    get share() {
      return share;
    },
    get shown() {
      return shown();
    },
    /**
     * A new frame: shown, unless somebody looks at the past and is not to be called back.
     * @param {Frame} frame
     * @param {boolean} callBack
     */
    take(frame, callBack) {
      frames.push(frame);
      if (callBack) share = lent = null;
      onFrame(shown() ?? frame, { past: share !== null });
    },
    /** @param {number | null} place 0 the first frame kept, 1 the last; null: the newest, live again */
    show(place) {
      share = place;
      lent = null;
      showAgain();
    },
    /** Show a frame that was not kept, while the past is looked at. @param {Frame} frame */
    lend(frame) {
      if (share === null) return;
      lent = frame;
      showAgain();
    },
    showAgain,
    /** Another run begins. */
    clear() {
      frames.clear();
      share = lent = null;
    },
  };
}
