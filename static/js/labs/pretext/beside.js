/**
 * The page's trainings: one on pictures, and beside it those of other modes, each with a view of its own. The
 * one whose view is on show goes on, the others wait; the player drives the one on show.
 */

import { configOf, liveNames, markLive } from "../../core/controls.js";
import { $ } from "../../core/dom.js";
import { trainingSession } from "../../core/session/session.js";
import { runbar, stepsOf } from "../../views/runbar.js";

/** @typedef {import("../../core/session/session.js").Session} Session */
/** @typedef {import("../../core/session/session.js").Status} Status */
/** @typedef {import("../../core/session/session.js").Frame} AnyFrame */
/**
 * @typedef {object} Mode
 * @property {string[]} [own] settings that its run follows, where `configOf` does not tell them
 * @property {(frame: any, about: {past: boolean}) => void} onFrame
 * @property {(status: Status) => void} [onStatus]
 * @property {(values: Record<string, any>) => Record<string, any>} [configOf]
 * @property {boolean} [waits] for the visitor to begin it
 */

/** Views that have a mode of their own. @type {Record<string, string>} */
const OF_VIEW = { words: "words", pairs: "pairs", scale: "scale" };
export const FIRST = "pictures";

/** @param {Record<string, any>} values of the page */
export const modeOf = ({ tab }) => OF_VIEW[tab] ?? FIRST;

const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Trainings {
  /** @type {Map<string, Session>} */
  sessions = new Map();
  /** Modes that are to go on when their view is on show again. @type {Set<string>} */
  waiting = new Set();

  /**
   * @param {import("../../core/state.js").State} state
   * @param {Record<string, Mode>} modes
   */
  constructor(state, modes) {
    this.state = state;
    this.modes = modes;
    this.opened = modeOf(state.values); // a run that the address names is of this mode
    this.mode = this.opened;
    const now = () => this.now;
    this.bar = runbar($("[data-run]"), {
      session: {
        play: () => now().play(),
        pause: () => now().pause(),
        step: () => now().step(),
        reset: () => now().reset(),
        again: () => now().again(),
        dice: () => now().dice(),
        scrub: (share) => now().scrub(share),
        ownAddress: () => now().ownAddress(),
      },
      pace: state,
      unit: stepsOf,
    });
    this.session(FIRST);
    if (this.mode !== FIRST) {
      if (!still) this.waiting.add(FIRST);
      this.begin();
    }
    state.subscribe((changed) => changed.has("tab") && this.turn());
  }

  /** That of the view on show. */
  get now() {
    return this.session(this.mode);
  }

  /** What a configuration is, whichever mode is on show. */
  configOf = () => this.configIn(this.mode)(this.state.values);

  /** @param {string} mode @returns {Session} begun now if it was not yet */
  session(mode) {
    const session = this.sessions.get(mode) ?? this.open(mode);
    this.sessions.set(mode, session);
    return session;
  }

  /** @param {string} mode */
  open(mode) {
    const { state, opened } = this;
    const { onFrame, onStatus } = this.modes[mode] ?? { onFrame: () => undefined };
    return trainingSession({
      slug: "pretext",
      as: mode === FIRST ? "" : mode,
      state: {
        ...state,
        get values() {
          return { ...state.values, run: mode === opened ? state.values.run : "" };
        },
      },
      liveNames: liveNames(),
      configOf: this.configIn(mode),
      onFrame,
      onStatus: (status) => {
        onStatus?.(status);
        if (mode === this.mode) this.tell(status);
      },
    });
  }

  /** @param {string} mode @returns {(values: Record<string, any>) => Record<string, any>} */
  configIn(mode) {
    const { own = [], configOf: ofMode } = this.modes[mode] ?? {};
    if (ofMode) return (values) => ({ ...ofMode(values), mode });
    return (values) =>
      Object.fromEntries(
        Object.entries(configOf(values)).map(([name, value]) => [
          name,
          name === "mode" ? mode : own.includes(name) ? value : this.state.rules[name]?.default,
        ]),
      );
  }

  /** @param {Status} status */
  tell(status) {
    this.bar.update(status);
    markLive(status.live);
  }

  /** Another view is on show, maybe of another mode. */
  turn() {
    const mode = modeOf(this.state.values);
    if (mode === this.mode) return;
    const left = this.now;
    if (left.status.phase === "running" && !left.watched) {
      left.pause();
      this.waiting.add(this.mode);
    }
    this.mode = mode;
    this.begin();
  }

  /** What is on show goes on, or begins. */
  begin() {
    const first = !this.sessions.has(this.mode);
    const { now } = this;
    this.tell(now.status);
    if (!first) now.scrub(now.status.share); // what it shows is shown again
    const goesOn = this.waiting.delete(this.mode) || (first && !still && !this.modes[this.mode]?.waits);
    if (goesOn && !now.watched) now.play();
  }

  /** The same start again, and on. */
  anew() {
    this.now.reset();
    if (!still) this.now.play();
  }
}
