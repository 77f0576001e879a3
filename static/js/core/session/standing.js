/** How a session stands, told to whoever shows it: its phase, its line, its run, the frame on show. */

import { frameRate } from "./frame_rate.js";
import { createPast } from "./past.js";

/** @typedef {import("../api.js").ApiError} ApiError */
/** @typedef {import("./run.js").Frame} Frame */
/** @typedef {"connecting" | "ready" | "running" | "paused" | "ended" | "watching"} Phase */
/**
 * @typedef {object} Status
 * @property {Phase} phase
 * @property {number} step of the newest frame
 * @property {number} shownStep of the frame on show, which may be a past one
 * @property {number | null} share place of the past frame on show in [0, 1]; null shows the newest
 * @property {number} frames of the past that can be gone back to
 * @property {number} framesPerSecond while it runs
 * @property {ApiError | null} error why the run ended or what was refused
 * @property {ApiError | null} line why there is no line to the server now; the run waits there
 * @property {boolean} stood whether it runs again after a hidden page let it wait
 * @property {boolean} awaits whether a frame that was asked for is still to come
 * @property {boolean} own whether the run uses pictures of the visitor's own
 * @property {string[]} anew settings for which the run before was given up
 * @property {string[]} live fields that change this run while it runs: not in every mode all of them
 * @property {string | null} runId
 */

/** @param {Frame | undefined} frame */
export const stepOf = (frame) => frame?.header.step ?? 0;

export class Standing {
  /** @type {Phase} */
  phase = "connecting";
  /** @type {ApiError | null} */
  error = null;
  /** @type {ApiError | null} */
  line = null;
  /** @type {string | null} */
  runId = null;
  /** Whether frames waited for a hidden page, and nobody has paused or begun anew since. */
  stood = false;
  /** Whether a frame that was asked for is still to come, also after a pause. */
  awaits = false;
  /** Whether the run uses pictures of the visitor's own. */
  own = false;
  /** Settings for which the run before was given up. @type {string[]} */
  anew = [];
  /** Whether nobody is told any more. */
  closed = false;
  #onStatus;
  #live;

  /**
   * @param {object} options
   * @param {(frame: Frame, about: {past: boolean}) => void} options.onFrame
   * @param {((status: Status) => void) | undefined} options.onStatus
   * @param {() => number} options.now
   * @param {() => string[]} options.live
   */
  constructor({ onFrame, onStatus, now, live }) {
    this.#onStatus = onStatus;
    this.#live = live;
    this.past = createPast(onFrame);
    this.rate = frameRate(now);
  }

  /** Whether a run is there that can be asked for a frame. */
  get alive() {
    return !this.closed && this.phase !== "ended" && this.phase !== "connecting";
  }

  /** The phase of a run that does not play. @returns {Phase} */
  get resting() {
    return this.step > 0 ? "paused" : "ready";
  }

  /** Of the newest frame. */
  get step() {
    return stepOf(this.past.frames.last);
  }

  /** @returns {Status} */
  get status() {
    const { phase, error, line, stood, awaits, own, anew, runId, past, step } = this;
    return {
      phase,
      error,
      line,
      stood,
      awaits,
      own,
      anew,
      runId,
      share: past.share,
      live: this.#live(),
      step,
      shownStep: stepOf(past.shown),
      frames: past.frames.length,
      framesPerSecond: phase === "running" || phase === "watching" ? this.rate.value : 0,
    };
  }

  tell() {
    if (!this.closed) this.#onStatus?.(this.status);
  }

  /** @param {Phase} next @param {ApiError | null} [why] it ended, or what was refused */
  enter(next, why = null) {
    this.phase = next;
    this.error = why;
    this.stood = false;
    this.tell();
  }

  /** The line is lost, or (null) there again. @param {ApiError | null} why */
  setLine(why) {
    this.line = why;
    this.tell();
  }

  /** A page that is hidden paints nothing, and so has asked for nothing. */
  stoodStill() {
    this.stood = true;
    this.tell();
  }

  /** @param {Frame} frame @param {boolean} callBack who looks at the past */
  take(frame, callBack) {
    this.rate.count();
    this.past.take(frame, callBack);
  }

  /** Another run takes the place of this one. */
  clear() {
    this.past.clear();
    this.anew = [];
    this.rate.forget();
    this.runId = null;
  }
}
