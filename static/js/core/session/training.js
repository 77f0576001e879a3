/** Training: a run on the server that follows the page's settings, pulled frame by frame. */

import { earlierFrames } from "../recorded/recording.js";
import { isPrivate, usesAlbum } from "../shown.js";
import { begun } from "./begun.js";
import { openRun } from "./run.js";
import { pullLoop } from "./pull_loop.js";
import { stepsDue } from "./steps_due.js";

/** @typedef {import("../api.js").ApiError} ApiError */
/** @typedef {import("./run.js").Frame} Frame */
/** @typedef {import("./lockstep.js").Lockstep} Lockstep */
/** @typedef {import("./settings.js").Settings} Settings */
/** @typedef {import("./standing.js").Standing} Standing */

const DEBOUNCE = 150; // milliseconds that a control rests before it starts a new run

export class Training {
  /** Whether frames follow each other by themselves, now or as soon as the run is there. */
  playing = false;
  /** Whether "start again" plays. */
  #resume = false;
  /** Whether what is asked for has a control turned. */
  #turned = false;
  /** One goes with each ask. @type {Record<string, any>[]} */
  #actions = [];
  #timer = 0;
  #due = stepsDue();
  #standing;
  #settings;
  #lockstep;
  #state;
  #browser;
  #pull;
  #run;
  #forgetChange;
  #as;

  /**
   * @param {Standing} standing
   * @param {Settings} settings
   * @param {Lockstep} others
   * @param {object} options
   * @param {string} options.slug
   * @param {string} [options.as]
   * @param {import("../state.js").State} options.state
   * @param {import("./pull_loop.js").Browser} options.browser
   * @param {import("./line.js").Connect} options.connect
   * @param {typeof import("./line.js").surroundings} options.around
   */
  constructor(standing, settings, others, { slug, as = "", state, browser, connect, around }) {
    this.#as = as;
    this.#standing = standing;
    this.#settings = settings;
    this.#lockstep = others;
    this.#state = state;
    this.#browser = browser;
    this.#pull = pullLoop({
      browser,
      wanted: () => standing.alive && this.#wanted,
      paced: () => this.playing,
      ask: () => this.#ask(),
      onStood: () => standing.stoodStill(),
    });
    const handlers = {
      onStarted: this.#onStarted.bind(this),
      onFrame: this.#onFrame.bind(this),
      onRefused: this.#onRefused.bind(this),
      onEnded: this.#onEnded.bind(this),
      onLine: (/** @type {ApiError | null} */ why) => standing.setLine(why),
    };
    this.#run = openRun(slug, handlers, connect, around);
    this.#forgetChange = state.subscribe(() => this.#onChange());
  }

  // --- What the visitor does ---------------------------------------------------------------------

  /** Begin anew with the settings as they are now. @param {boolean} [alone] without those in lockstep */
  begin(alone = false) {
    clearTimeout(this.#timer);
    this.#due.giveUp();
    const config = this.#settings.begin();
    this.#lockstep.begin();
    this.#actions = [];
    begun();
    this.#standing.clear();
    for (const frame of earlierFrames(config, this.#as)) this.#standing.past.frames.push(frame);
    this.#standing.awaits = true;
    this.#standing.own = usesAlbum(config);
    this.#standing.enter("connecting");
    this.#run.start(config, isPrivate());
    this.#pull.begin();
    this.#run.next(0);
    if (!alone) this.#lockstep.reset();
  }

  /** @param {boolean} on */
  setPlaying(on) {
    const standing = this.#standing;
    this.playing = on;
    if (standing.phase === "ended") {
      if (on) this.begin();
      return;
    }
    standing.rate.forget();
    if (standing.phase !== "connecting") standing.enter(on ? "running" : standing.resting);
    this.#pull.plan();
  }

  /** The same start again, as it was. */
  reset() {
    this.playing = false;
    this.begin();
  }

  /** After its end: the same settings from the start, and on if it was playing. */
  again() {
    this.playing = this.#resume;
    this.begin();
  }

  /** @param {Record<string, any>} action */
  act(action) {
    this.#actions.push(action);
    this.#pull.plan();
    this.#lockstep.act(action);
  }

  /** Whether an action is still to be asked for. */
  get pending() {
    return this.#actions.length > 0;
  }

  /** @param {number} steps @returns {Promise<Frame | null>} */
  advance(steps) {
    if (this.#standing.phase === "ended") return Promise.resolve(null);
    const frame = this.#due.promise(steps);
    this.#pull.plan();
    return frame;
  }

  close() {
    this.#forgetChange();
    clearTimeout(this.#timer);
    this.#due.giveUp();
    this.#run.close();
  }

  // --- What is asked -----------------------------------------------------------------------------

  get #wanted() {
    return this.playing || this.pending || this.#due.any || !this.#settings.current;
  }

  /** Those in lockstep begin together, so that what starts one anew starts all. */
  get #anotherRun() {
    return this.#settings.outgrown(this.#settings.begun) || this.#lockstep.outgrown;
  }

  #ask() {
    if (this.#anotherRun) return; // it begins in a moment
    const { speed, fps } = this.#state.values;
    const { steps, anew } = this.#due.next(this.playing ? Math.min(speed, this.#left) : 0);
    this.#pull.asked(fps);
    this.#standing.awaits = true;
    if (!this.playing) this.#standing.tell(); // while it plays, each frame tells
    this.#turned = this.#settings.tell();
    this.#run.next(steps, this.#settings.livePart, this.#actions.shift() ?? null);
    if (this.#lockstep.any && steps > 0 && anew) this.#pull.waitFor(this.#lockstep.advance(steps));
  }

  /** Training steps to where a lesson's step lets the run stop; what has gone past it is not held. */
  get #left() {
    const left = (this.#state.values.until ?? 0) - this.#standing.step;
    return left > 0 ? left : Infinity;
  }

  #onChange() {
    const { closed, phase } = this.#standing;
    if (closed) return;
    if (!this.#anotherRun && phase !== "ended") return this.#pull.plan();
    clearTimeout(this.#timer);
    if (this.#settings.current && phase === "ended") return;
    this.#timer = this.#browser.later(() => this.#beginAnew(), DEBOUNCE);
  }

  /** A setting takes another run: whoever watched the one before is told which. */
  #beginAnew() {
    const changed = this.#standing.step > 0 ? this.#settings.fixedChanges : [];
    this.begin();
    this.#standing.anew = changed;
    this.#standing.tell();
  }

  // --- What the server says ----------------------------------------------------------------------

  /** @param {{run: string, live: string[]}} told */
  #onStarted({ run, live }) {
    this.#standing.runId = run;
    this.#settings.follow(live);
    this.#standing.tell();
    this.#onChange();
  }

  /** @param {Frame} frame @param {number} taken */
  #onFrame(frame, taken) {
    const standing = this.#standing;
    const first = standing.phase === "connecting";
    const due = this.#left;
    this.#pull.answered();
    standing.awaits = false;
    // What an action brings does not call back who looks at the past; a control that is turned does.
    standing.take(frame, this.playing || this.#turned);
    if (due < Infinity && this.#left === Infinity) this.playing = false;
    this.#due.settle(frame, taken, this.#lockstep.any); // in lockstep all take the same steps
    if (first || !this.playing) standing.enter(this.playing ? "running" : standing.resting);
    else standing.tell();
    this.#pull.plan();
  }

  /** @param {ApiError} why */
  #onRefused(why) {
    this.#stop();
    this.#standing.enter("paused", why);
  }

  /** @param {ApiError} why */
  #onEnded(why) {
    this.#resume = this.playing;
    this.#stop();
    this.#standing.runId = this.#standing.line = null;
    this.#standing.enter("ended", why);
  }

  #stop() {
    this.playing = false;
    this.#pull.answered();
    this.#standing.awaits = false;
    this.#due.giveUp();
  }
}
