/**
 * A training session: the page's state, a run on the server that follows it, and the run's past.
 * The browser pulls: it asks for the next frame after it has painted the last one, so that the
 * pace follows the viewer, and pausing is no more than not asking.
 */

import { onLanguage } from "../i18n.js";
import { connectHere, surroundings } from "./line.js";
import { lockstep } from "./lockstep.js";
import { Settings } from "./settings.js";
import { Standing } from "./standing.js";
import { Training } from "./training.js";
import { Watching } from "./watching.js";
import { lockControls } from "../controls.js";
import { follows } from "../room/member.js";
import { noteSession, noteShown } from "../shown.js";
import { bytesOf } from "../wire.js";
import { toQuery } from "../state.js";

/** @typedef {import("./run.js").Frame} Frame */
/** @typedef {import("../state.js").Rule} Rule */
/** @typedef {import("./standing.js").Phase} Phase */
/** @typedef {import("./standing.js").Status} Status */

export const SPEEDS = [1, 2, 5, 10, 20, 50, 100, 200, 500];
export const RATES = [2, 10, 30];

/**
 * What the address of a training page says beside its controls.
 * @param {{speed?: number, fps?: number}} [defaults]
 * @returns {Record<string, Rule>}
 */
export const runKeys = ({ speed = 5, fps = 30 } = {}) => ({
  speed: { default: speed, check: (v) => SPEEDS.includes(Number(v)) },
  fps: { default: fps, check: (v) => RATES.includes(Number(v)) },
  run: { default: "", check: (v) => typeof v === "string" && /^[\w-]{0,64}$/.test(v) },
});

/** What a session needs of the browser, so that a test can pass another. */
const browserHere = {
  /** @param {() => void} draw */
  afterPaint: (draw) => void requestAnimationFrame(draw),
  /** @param {() => void} act @param {number} ms */
  later: (act, ms) => Number(setTimeout(act, ms)),
  now: () => performance.now(),
  hidden: () => document.visibilityState === "hidden",
  random: () => Math.random(),
};

/**
 * @typedef {object} Options
 * @property {string} slug
 * @property {string} [as] what it is beside the page's own: a sweep, one to compare with
 * @property {import("../state.js").State} state with `runKeys()` among its rules
 * @property {string[]} liveNames fields that may change a running run; the server says which
 * @property {(values: Record<string, any>) => Record<string, any>} configOf the run's configuration
 * @property {(frame: Frame, about: {past: boolean}) => void} onFrame
 * @property {(status: Status) => void} [onStatus]
 * @property {import("./lockstep.js").Follower[]} [followers] go in lockstep with this one (comparing)
 * @property {import("./line.js").Connect} [connect]
 * @property {typeof browserHere} [browser]
 * @property {typeof surroundings} [around]
 */

export class Session {
  #state;
  #settings;
  #standing;
  #others;
  /** One of the two. @type {Training | null} */
  #training = null;
  /** @type {Watching | null} */
  #watching = null;
  #random;
  #here;
  /** Whether it shows the run of a room's presenter, also before it is known which. */
  #follows = follows();
  #forget;

  /** @param {Options} options */
  constructor(options) {
    const { state, configOf, liveNames, onFrame, onStatus } = options;
    const here = { connect: connectHere, browser: browserHere, around: surroundings, ...options };
    const { now, random } = here.browser;
    this.#here = here;
    this.#state = state;
    this.#random = random;
    this.#settings = new Settings(() => configOf(state.values), liveNames);
    const tell = (/** @type {Status} */ status) => {
      onStatus?.(status);
      noteShown();
    };
    this.#standing = new Standing({ onFrame, onStatus: tell, now, live: () => this.#settings.live });
    this.#others = lockstep(options.followers ?? []);
    const id = String(state.values.run ?? "");
    if (id) this.#watching = new Watching(id, this.#standing, here);
    else if (this.#follows) lockControls();
    else this.#training = new Training(this.#standing, this.#settings, this.#others, here);
    const forgetLanguage = onLanguage(() => {
      this.#standing.past.showAgain();
      this.#standing.tell();
    });
    const forgetSession = noteSession(options.as ?? "", this);
    this.#forget = () => [forgetLanguage, forgetSession].forEach((end) => end());
    // The first message goes when whoever made this session has its views.
    queueMicrotask(() => {
      if (this.#standing.closed) return;
      this.#watching?.begin();
      this.#training?.begin(true); // the followers begin by themselves, too
    });
  }

  // --- What it has -------------------------------------------------------------------------------

  get status() {
    return this.#standing.status;
  }
  /** Frames kept of the past, first to last. */
  get past() {
    return this.#standing.past.frames;
  }
  /** Whether an action is still to be asked for. */
  get pending() {
    return this.#training?.pending ?? false;
  }
  /** Whether the newest frame was asked for with the settings as they are now. */
  get current() {
    return this.#settings.current;
  }
  /** The settings as they are now. @returns {Record<string, any>} */
  get config() {
    return this.#settings.now;
  }
  /**
   * What another page needs to show the run again.
   * @returns {import("../recorded/recording.js").RecordedRun}
   */
  get recorded() {
    return {
      config: this.#training ? { ...this.#settings.begun, ...this.#settings.livePart } : this.#settings.now,
      live: this.#settings.live,
      frames: this.past.all.map(bytesOf),
    };
  }
  /** Whether this page only looks on. */
  get watched() {
    return this.#watching !== null || this.#follows;
  }
  /**
   * @param {Record<string, any>} then
   * @returns {boolean} whether the settings take another run than began with those
   */
  outgrown = (then) => this.#settings.outgrown(then);
  /** Where the same settings are, without the run of someone else. */
  ownAddress = () => `?${toQuery({ ...this.#state.values, run: "" }, this.#state.rules)}`;

  // --- What the visitor does ---------------------------------------------------------------------

  play = () => this.#setPlaying(true);
  pause = () => this.#setPlaying(false);
  /** One frame further: as many training steps as `speed` says. */
  step = () => {
    this.#setPlaying(false);
    void this.advance(this.#state.values.speed);
  };
  /** The same start again, as it was. */
  reset = () => this.#training?.reset();
  /** After its end: the same settings from the start, and on if it was playing. */
  again = () => this.#training?.again();

  /** Another start: a new seed. */
  dice = () => {
    const rule = this.#state.rules.seed;
    if (this.watched || !rule) return;
    const [low, high] = [rule.low ?? 0, Math.min(rule.high ?? 9999, 9999)];
    let { seed } = this.#state.values;
    while (seed === this.#state.values.seed && high > low)
      seed = low + Math.floor(this.#random() * (high - low + 1));
    this.#state.set({ seed });
  };

  /**
   * @param {Record<string, any>} what an instance of the lab's action, done before steps to come; several
   *   in turn
   */
  act = (what) => this.#training?.act(what);

  /**
   * @param {number} steps
   * @returns {Promise<Frame | null>} the frame after so many steps; null if the run ended or began anew
   */
  advance = (steps) => this.#training?.advance(steps) ?? Promise.resolve(null);

  /** @param {number | null} place 0 the first frame kept, 1 the last; null: the newest, live again */
  scrub = (place) => {
    if (this.#training?.playing && place !== null) this.#training.setPlaying(false);
    this.#standing.past.show(place);
    this.#others.scrub(place);
    this.#watching?.lookedAt(place);
    this.#standing.tell();
  };

  /** Show another run of a room's presenter, or ("") none any more. @param {string} id */
  watch(id) {
    if (!this.#follows || (this.#watching?.id ?? "") === id) return;
    this.#watching?.close();
    this.#watching = null;
    this.#standing.clear();
    this.#standing.enter("connecting");
    if (!id) return;
    this.#watching = new Watching(id, this.#standing, this.#here);
    this.#watching.begin();
  }

  /**
   * Show the past where a presenter looks at it: at once the nearest frame that this page has, then, where it
   * came later, the one that the server has kept.
   * @param {number | null} step null: the newest
   */
  lookAt(step) {
    const { past } = this.#standing;
    const { steps } = past.frames;
    if (step === null || !steps.length) {
      if (past.share !== null) this.scrub(null);
      return;
    }
    const nearest = steps.reduce(
      (best, at, i) => (Math.abs(at - step) < Math.abs((steps[best] ?? 0) - step) ? i : best),
      0,
    );
    this.scrub(nearest / Math.max(steps.length - 1, 1));
    if (steps[nearest] !== step) this.#watching?.lookBack(step);
  }

  close = () => {
    this.#standing.closed = true;
    this.#forget();
    this.#training?.close();
    this.#watching?.close();
  };

  /** @param {boolean} on */
  #setPlaying(on) {
    if (this.#training && this.#standing.past.share !== null) this.scrub(null);
    this.#training?.setPlaying(on);
  }
}

/** @param {Options} options */
export const trainingSession = (options) => new Session(options);
