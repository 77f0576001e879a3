/**
 * A run on the server, over one line: configuration up, frames down, each frame asked for. Every
 * message carries a number that its answer repeats. The twin of app/runs/sockets.py and
 * watching.py, which describe the messages.
 */

import { ApiError } from "../api.js";
import { t } from "../i18n.js";
import { connectHere, openLine, surroundings } from "./line.js";
import { decode } from "../wire.js";

/** @typedef {import("./line.js").Connect} Connect */
/** @typedef {ReturnType<typeof decode>} Frame */
/**
 * @typedef {object} RunHandlers
 * @property {(told: {run: string, config: Record<string, any>, live: string[]}) => void} onStarted
 * @property {(frame: Frame, taken: number) => void} onFrame and the training steps it took
 * @property {(error: ApiError) => void} onRefused the run goes on
 * @property {(error: ApiError) => void} onEnded the run is over; `start` begins another
 * @property {(why: ApiError | null) => void} [onLine] why there is no line now; null: there is one again
 */
/**
 * @typedef {object} WatchHandlers
 * @property {(told: {lab: string, config: Record<string, any>}) => void} onWatching
 * @property {(config: Record<string, any>) => void} onConfig
 * @property {(frame: Frame) => void} onFrame
 * @property {(error: ApiError) => void} onEnded
 * @property {(why: ApiError | null) => void} [onLine]
 */

const PREFIX = 8; // bytes: the number of the ask and the steps taken, before the frame
const PATIENCE = 20_000; // milliseconds after which to find out whether anybody is still there

/** @param {any} told */
const errorOf = (told) =>
  new ApiError(told?.code ?? "ended", told?.message ?? t("The run has ended."), told?.field ?? null);

const overMeanwhile = () =>
  new ApiError(
    "run_gone",
    t("The line was lost for too long, or the server was started anew: this run is over."),
  );
const leftByPage = () => new ApiError("left", t("This page was left, so its run has ended."));

/** @param {ArrayBuffer} data */
function unpack(data) {
  const view = new DataView(data);
  return { id: view.getUint32(0, true), taken: view.getUint32(4, true), frame: decode(data.slice(PREFIX)) };
}

/**
 * Messages under way, by number, in the order in which they were said. While any is, the server is
 * asked now and then whether it is still there.
 * @param {() => void} check @param {typeof surroundings} around
 */
function numbered(check, around) {
  let last = 0;
  let patience = 0;
  /** @type {Map<number, Record<string, any>>} */
  const pending = new Map();
  return {
    pending,
    /** @param {Record<string, any>} message */
    add(message) {
      last += 1;
      pending.set(last, { id: last, ...message });
      return last;
    },
    /** A number for a message that need not be said again. */
    next: () => (last += 1),
    /** @param {number} id */
    message: (id) => pending.get(id),
    /** Something was said or heard. */
    watchOver() {
      around.cancel(patience);
      patience = pending.size ? around.later(check, PATIENCE) : 0;
    },
  };
}

/**
 * Train: `start` begins a run (and takes the place of the one before), `next` asks for a frame. A
 * line that is lost is had again, and what was not answered is asked again.
 * @param {string} slug
 * @param {RunHandlers} handlers
 * @param {Connect} [connect]
 * @param {typeof surroundings} [around]
 */
export function openRun(slug, handlers, connect = connectHere, around = surroundings) {
  const { pending, add, next, message, watchOver } = numbered(() => line.check(), around);
  let began = 0; // the number of the start whose run this is; what is older belongs to another
  let resuming = 0; // the number of the resumption under way
  /** @type {{run: string, key: string} | null} the run, or the one before, once the server has named it */
  let held = null;
  let wanted = false; // a run is under way, or about to be

  /** @param {ApiError} error */
  const end = (error) => {
    const known = wanted;
    wanted = false;
    held = null;
    pending.clear();
    watchOver();
    if (known) handlers.onEnded(error);
  };
  const greet = () => {
    const messages = [...pending.values()];
    if (!held) return messages;
    resuming = next();
    return [{ type: "resume", id: resuming, ...held }, ...messages];
  };
  /** @param {any} told */
  const onText = (told) => {
    const { id } = told;
    if (id !== null && id < began) return; // of the run before
    if (told.type === "ended" && id === resuming && pending.has(began)) return; // so was that one
    pending.delete(id);
    watchOver();
    if (told.type === "started") {
      held = { run: told.run, key: told.key };
      handlers.onStarted(told);
    } else if (told.type === "ended" || (told.error && id === began)) {
      end(id === resuming && told.error?.code === "run_gone" ? overMeanwhile() : errorOf(told.error));
    } else if (told.error && wanted) handlers.onRefused(errorOf(told.error));
  };
  /** @param {ArrayBuffer} data */
  const onBytes = (data) => {
    const { id, taken, frame } = unpack(data);
    if (id < began || !pending.delete(id)) return;
    watchOver();
    handlers.onFrame(frame, taken);
  };
  const line = openLine(
    `/api/labs/${slug}/run`,
    connect,
    {
      greet,
      onText,
      onBytes,
      wanted: () => wanted,
      onLost: (why) => handlers.onLine?.(why),
    },
    around,
  );
  /** @param {Record<string, any>} what */
  const say = (what) => {
    const id = add(what);
    line.say(message(id));
    watchOver();
    return id;
  };
  const forgetLeaving = around.onLeave(() => {
    line.close();
    end(leftByPage());
  });
  return {
    /** @param {Record<string, any>} config */
    start(config) {
      pending.clear();
      wanted = true;
      began = say({ type: "start", config });
    },
    /**
     * May be called right after `start`: the server answers in order.
     * @param {number} steps training steps between the last frame and this one
     * @param {Record<string, any>} [live]
     * @param {Record<string, any> | null} [action]
     */
    next(steps, live = {}, action = null) {
      if (wanted) say({ type: "next", steps, live, action });
    },
    close() {
      wanted = false;
      pending.clear();
      watchOver();
      forgetLeaving();
      line.close();
    },
  };
}

/**
 * Watch someone's run, without control: `next` asks for a frame newer than the last.
 * @param {string} id
 * @param {WatchHandlers} handlers
 * @param {Connect} [connect]
 * @param {typeof surroundings} [around]
 */
export function watchRun(id, handlers, connect = connectHere, around = surroundings) {
  const { pending, add, message, watchOver } = numbered(() => line.check(), around);
  let over = false;
  /** @param {any} told */
  const onText = (told) => {
    watchOver();
    if (told.type === "watching") handlers.onWatching({ lab: told.lab, config: told.config });
    else if (told.type === "config") handlers.onConfig(told.config);
    else if (told.error && !over) {
      over = true;
      pending.clear();
      watchOver();
      handlers.onEnded(errorOf(told.error));
    }
  };
  /** @param {ArrayBuffer} data */
  const onBytes = (data) => {
    const { id: number, frame } = unpack(data);
    if (over || !pending.delete(number)) return;
    watchOver();
    handlers.onFrame(frame);
  };
  const line = openLine(
    `/api/runs/${encodeURIComponent(id)}/watch`,
    connect,
    {
      greet: () => [...pending.values()],
      onText,
      onBytes,
      wanted: () => !over,
      onLost: (why) => handlers.onLine?.(why),
    },
    around,
  );
  return {
    next() {
      if (over) return;
      pending.clear(); // one answer is enough, to the newest
      line.say(message(add({ type: "next" })));
      watchOver();
    },
    close() {
      over = true;
      pending.clear();
      watchOver();
      line.close();
    },
  };
}

/** @typedef {ReturnType<typeof openRun>} Run */
