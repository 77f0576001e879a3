/**
 * A training session: the page's state, a run on the server that follows it, and the run's past.
 * The browser pulls: it asks for the next frame after it has painted the last one, so that the
 * pace follows the viewer, and pausing is no more than not asking.
 */

import { ApiError } from "../api.js";
import { lockControls } from "../controls.js";
import { createHistory } from "./history.js";
import { t } from "../i18n.js";
import { connectHere, surroundings } from "./line.js";
import { openRun, watchRun } from "./run.js";
import { toQuery } from "../state.js";
import { stepsDue } from "./steps_due.js";

/** @typedef {import("./run.js").Frame} Frame */
/** @typedef {import("../state.js").Rule} Rule */
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
 * @property {string[]} live fields that change this run while it runs: not in every mode all of them
 * @property {string | null} runId
 */
/** @typedef {ReturnType<typeof trainingSession>} Session */

export const SPEEDS = [1, 2, 5, 10, 20, 50, 100, 200, 500];
export const RATES = [2, 10, 30];
const DEBOUNCE = 150; // milliseconds that a control rests before it starts a new run

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
  random: () => Math.random(),
};

/**
 * @param {object} options
 * @param {string} options.slug
 * @param {import("../state.js").State} options.state with `runKeys()` among its rules
 * @param {string[]} options.liveNames fields that may change a running run; the server says which
 * @param {(values: Record<string, any>) => Record<string, any>} options.configOf the run's configuration
 * @param {(frame: Frame, about: {past: boolean}) => void} options.onFrame
 * @param {(status: Status) => void} [options.onStatus]
 * @param {Session[]} [options.followers] go in lockstep with this one (comparing)
 * @param {import("./line.js").Connect} [options.connect]
 * @param {typeof browserHere} [options.browser]
 * @param {typeof surroundings} [options.around]
 */
export function trainingSession(options) {
  const {
    slug,
    state,
    liveNames,
    configOf,
    onFrame,
    connect = connectHere,
    browser = browserHere,
    around = surroundings,
  } = options;
  const followers = options.followers ?? [];
  const config = () => configOf(state.values);
  /** @type {ReturnType<typeof createHistory<Frame>>} */ const past = createHistory();
  /** @type {Phase} */ let phase = "connecting";
  let playing = false;
  let resume = false; // whether "start again" plays
  let asking = false;
  let planned = false; // an ask waits for the paint
  let together = false; // waits for the followers
  let held = false; // watching, but looking at the past
  let soonest = 0; // milliseconds, when the next frame may be asked for
  let told = ""; // the configuration that the run has, as text
  let turned = false; // whether what is asked for has a control turned
  /** @type {Record<string, any>} */ let begun = {}; // the configuration that it began with
  // those in lockstep, as they began
  /** @type {{other: Session, config: Record<string, any>}[]} */ let beside = [];
  let live = liveNames; // of this run's mode, once the server has said so
  let timer = 0;
  let rate = 0;
  let arrived = 0;
  /** @type {number | null} */ let share = null;
  /** @type {ApiError | null} */ let error = null;
  /** @type {ApiError | null} */ let line = null;
  /** @type {string | null} */ let runId = null;
  /** @type {Record<string, any>[]} */ let actions = []; // one goes with each ask
  const due = stepsDue();
  let closed = false;

  // --- What it has -------------------------------------------------------------------------------

  const stepOf = (/** @type {Frame | undefined} */ frame) => frame?.header.step ?? 0;
  /** @returns {Status} */
  const status = () => ({
    phase,
    error,
    line,
    runId,
    share,
    live,
    step: stepOf(past.last),
    shownStep: stepOf(share === null ? past.last : past.at(share)),
    frames: past.length,
    framesPerSecond: phase === "running" || phase === "watching" ? rate : 0,
  });
  const tell = () => {
    if (!closed) options.onStatus?.(status());
  };
  /** @param {Phase} next @param {ApiError | null} [why] */
  const enter = (next, why = null) => {
    phase = next;
    error = why;
    tell();
  };
  /** @param {Record<string, any>} of */
  const liveOf = (of) =>
    Object.fromEntries(live.filter((name) => name in of).map((name) => [name, of[name]]));
  /** @param {Record<string, any>} of */
  const fixedOf = (of) => JSON.stringify(Object.entries(of).filter(([name]) => !live.includes(name)));
  // Settings are compared, never what was once made of them: what is live is known when the server says it.
  /**
   * @param {Record<string, any>} then
   * @returns {boolean} whether it takes another run than began with them
   */
  const outgrown = (then) => fixedOf(config()) !== fixedOf(then);
  // Those in lockstep begin together, so that what starts one anew starts all.
  const anotherRun = () =>
    outgrown(begun) ||
    beside.length !== followers.length ||
    beside.some(({ other, config }) => other.outgrown(config));

  /** @param {Frame} frame */
  const take = (frame) => {
    asking = false;
    past.push(frame);
    // What an action brings does not call back who looks at the past; a control that is turned does.
    const looksBack = share !== null && !playing && !turned;
    if (!looksBack) share = null;
    const now = browser.now();
    const seconds = Math.max(now - arrived, 1) / 1000;
    rate = arrived ? rate * 0.85 + (rate ? 0.15 : 1) * (1 / seconds) : 0;
    arrived = now;
    const shown = (share === null ? frame : past.at(share)) ?? frame;
    onFrame(shown, { past: looksBack });
  };

  /** @param {ApiError | null} why */
  function onLine(why) {
    line = why;
    tell();
  }

  const resting = () => (stepOf(past.last) > 0 ? "paused" : "ready");

  // --- Training ----------------------------------------------------------------------------------

  const run = openRun(
    slug,
    {
      onStarted(of) {
        runId = of.run;
        live = liveNames.filter((name) => of.live.includes(name));
        tell();
        onChange();
      },
      onFrame(frame, taken) {
        const first = phase === "connecting";
        take(frame);
        due.settle(frame, taken, followers.length > 0); // in lockstep all take the same steps
        if (first || !playing) enter(playing ? "running" : resting());
        else tell();
        plan();
      },
      onRefused(why) {
        asking = playing = false;
        due.giveUp();
        enter("paused", why);
      },
      onEnded(why) {
        resume = playing;
        asking = playing = false;
        runId = line = null;
        due.giveUp();
        enter("ended", why);
      },
      onLine,
    },
    connect,
    around,
  );

  /** Begin anew with the settings as they are now. */
  const start = (alone = false) => {
    clearTimeout(timer);
    due.giveUp();
    begun = config();
    beside = followers.map((other) => ({ other, config: other.config }));
    told = JSON.stringify(begun);
    live = liveNames;
    past.clear();
    share = runId = null;
    actions = [];
    rate = arrived = soonest = 0;
    enter("connecting");
    run.start(begun);
    asking = true;
    run.next(0);
    if (!alone) for (const other of followers) other.reset();
  };

  const current = () => JSON.stringify(config()) === told;
  const wanted = () => playing || actions.length > 0 || due.any || !current();
  /** Ask for what is wanted, once the last frame is on the screen and not faster than `fps`. */
  function plan() {
    if (asking || planned || together || closed || watched || !wanted()) return;
    if (phase === "ended" || phase === "connecting") return;
    planned = true;
    const act = () => {
      planned = false;
      if (!asking && !together && !closed && phase !== "ended" && phase !== "connecting") ask();
    };
    browser.afterPaint(() => {
      const wait = playing ? soonest - browser.now() : 0;
      // After the wait one more paint: a hidden tab paints nothing, and so asks for nothing.
      if (wait > 4) browser.later(() => browser.afterPaint(act), wait - 4);
      else act();
    });
  }
  function ask() {
    if (!wanted()) return;
    const now = config();
    if (anotherRun()) return; // it begins in a moment
    const { steps, anew } = due.next(playing ? state.values.speed : 0);
    soonest = Math.max(soonest, browser.now() - 20) + 1000 / state.values.fps;
    turned = !current();
    told = JSON.stringify(now);
    asking = true;
    run.next(steps, liveOf(now), actions.shift() ?? null);
    if (followers.length && steps > 0 && anew) {
      // Lockstep: none goes on before the others are there.
      together = true;
      void Promise.all(followers.map((other) => other.advance(steps))).then(() => {
        together = false;
        plan();
      });
    }
  }

  /** @param {boolean} on */
  const setPlaying = (on) => {
    if (watched) return;
    if (share !== null) scrub(null);
    playing = on;
    if (phase === "ended") {
      if (on) start();
      return;
    }
    arrived = rate = 0;
    if (phase !== "connecting") enter(on ? "running" : resting());
    plan();
  };
  /** @param {number | null} place 0 the first frame kept, 1 the last; null: the newest, live again */
  function scrub(place) {
    if (playing && place !== null) setPlaying(false);
    share = place;
    const frame = place === null ? past.last : past.at(place);
    if (frame) onFrame(frame, { past: place !== null });
    for (const other of followers) other.scrub(place);
    if (held && place === null) watcher?.next();
    held &&= place !== null;
    tell();
  }

  const onChange = () => {
    if (watched || closed) return;
    if (anotherRun() || phase === "ended") {
      clearTimeout(timer);
      if (current() && phase === "ended") return;
      timer = browser.later(() => start(), DEBOUNCE);
    } else plan();
  };
  const forgetChange = state.subscribe(onChange);

  // --- Watching ----------------------------------------------------------------------------------

  const watched = String(state.values.run ?? "");
  const watcher = !watched
    ? null
    : watchRun(
        watched,
        {
          onWatching({ lab, config: values }) {
            if (lab !== slug) {
              watcher?.close();
              enter("ended", new ApiError("other_lab", t("This run belongs to another lab.")));
              return;
            }
            runId = watched;
            state.set(values);
            enter("watching");
          },
          onConfig: (values) => state.set(values),
          onFrame(frame) {
            if (stepOf(frame) < stepOf(past.last)) {
              past.clear();
              share = null;
            }
            take(frame);
            tell();
            browser.afterPaint(() => {
              held = share !== null;
              if (!held) watcher?.next();
            });
          },
          onEnded: (why) => enter("ended", why),
          onLine,
        },
        connect,
        around,
      );

  // The first message goes when whoever made this session has its views.
  queueMicrotask(() => {
    if (closed) return;
    if (watcher) {
      lockControls();
      tell();
      watcher.next();
    } else start(true); // the followers begin by themselves, too
  });

  return {
    get status() {
      return status();
    },
    /** The frame on show. */
    get frame() {
      return share === null ? past.last : past.at(share);
    },
    /** Frames kept of the past, first to last. */
    past,
    /** Whether an action is still to be asked for. */
    get pending() {
      return actions.length > 0;
    },
    /** Whether the newest frame was asked for with the settings as they are now. */
    get current() {
      return current();
    },
    /** The settings as they are now. @returns {Record<string, any>} */
    get config() {
      return config();
    },
    outgrown,
    /** Where the same settings are, without the run of someone else. */
    ownAddress: () => `?${toQuery({ ...state.values, run: "" }, state.rules)}`,
    /** Whether this page only looks on. */
    watched: Boolean(watched),
    play: () => setPlaying(true),
    pause: () => setPlaying(false),
    toggle: () => setPlaying(!playing),
    /** One frame further: as many training steps as `speed` says. */
    step() {
      setPlaying(false);
      void this.advance(state.values.speed);
    },
    /** The same start again, as it was. */
    reset() {
      playing = false;
      if (!watched) start();
    },
    /** After its end: the same settings from the start, and on if it was playing. */
    again() {
      playing = resume;
      if (!watched) start();
    },
    /** Another start: a new seed. */
    dice() {
      const rule = state.rules.seed;
      if (watched || !rule) return;
      const [low, high] = [rule.low ?? 0, Math.min(rule.high ?? 9999, 9999)];
      let seed = state.values.seed;
      while (seed === state.values.seed && high > low)
        seed = low + Math.floor(browser.random() * (high - low + 1));
      state.set({ seed });
    },
    /**
     * @param {Record<string, any>} what an instance of the lab's action, done before steps to come; several
     *   in turn
     */
    act(what) {
      if (watched) return;
      actions.push(what);
      plan();
      for (const other of followers) other.act(what);
    },
    /**
     * @param {number} steps
     * @returns {Promise<Frame | null>} the frame after so many steps; null if the run ended or began anew
     */
    advance(steps) {
      if (watched || phase === "ended") return Promise.resolve(null);
      const frame = due.promise(steps);
      plan();
      return frame;
    },
    scrub,
    close() {
      closed = true;
      forgetChange();
      clearTimeout(timer);
      due.giveUp();
      run.close();
      watcher?.close();
    },
  };
}
