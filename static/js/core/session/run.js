/**
 * A run on the server, over one line: configuration up, frames down, each frame asked for. What is
 * said is in messages.js.
 */

import { ApiError } from "../api.js";
import { t } from "../i18n.js";
import { connectHere, openLine, surroundings } from "./line.js";
import { errorOf, Pending, unpack } from "./messages.js";

/** @typedef {import("./line.js").Connect} Connect */
/** @typedef {import("./messages.js").Frame} Frame */
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
 * @property {(frame: Frame) => void} [onPast] of the past, as it was asked for
 * @property {(error: ApiError) => void} onEnded
 * @property {(why: ApiError | null) => void} [onLine]
 */

const overMeanwhile = () =>
  new ApiError("run_gone", () =>
    t("The line was lost for too long, or the server was started anew: this run is over."),
  );
const leftByPage = () => new ApiError("left", () => t("This page was left, so its run has ended."));

export class Run {
  #handlers;
  #pending;
  #line;
  #forgetLeaving;
  /** The number of the start whose run this is; what is older belongs to another. */
  #began = 0;
  /** The number of the resumption under way. */
  #resuming = 0;
  /** The run, or the one before, once the server has named it. @type {{run: string, key: string} | null} */
  #held = null;
  /** Whether a run is under way, or about to be. */
  #wanted = false;

  /**
   * @param {string} slug
   * @param {RunHandlers} handlers
   * @param {Connect} connect
   * @param {typeof surroundings} around
   */
  constructor(slug, handlers, connect, around) {
    this.#handlers = handlers;
    this.#pending = new Pending(() => this.#line.check(), around);
    const heard = {
      greet: () => this.#greet(),
      onText: (/** @type {any} */ told) => this.#onText(told),
      onBytes: (/** @type {ArrayBuffer} */ data) => this.#onBytes(data),
      wanted: () => this.#wanted,
      onLost: (/** @type {ApiError | null} */ why) => handlers.onLine?.(why),
    };
    this.#line = openLine(`/api/labs/${slug}/run`, connect, heard, around);
    this.#forgetLeaving = around.onLeave(() => {
      this.#line.close();
      this.#end(leftByPage());
    });
  }

  /** @param {Record<string, any>} config */
  start(config, alone = false) {
    this.#pending.clear();
    this.#wanted = true;
    this.#began = this.#say({ type: "start", config, ...(alone && { alone }) });
  }

  /**
   * May be called right after `start`: the server answers in order.
   * @param {number} steps training steps between the last frame and this one
   * @param {Record<string, any>} [live]
   * @param {Record<string, any> | null} [action]
   */
  next(steps, live = {}, action = null) {
    if (this.#wanted) this.#say({ type: "next", steps, live, action });
  }

  close() {
    this.#wanted = false;
    this.#pending.clear();
    this.#pending.watchOver();
    this.#forgetLeaving();
    this.#line.close();
  }

  /** @param {Record<string, any>} what @returns {number} the message's number */
  #say(what) {
    const message = this.#pending.add(what);
    this.#line.say(message);
    this.#pending.watchOver();
    return message.id;
  }

  #greet() {
    if (!this.#held) return this.#pending.all;
    this.#resuming = this.#pending.next();
    return [{ type: "resume", id: this.#resuming, ...this.#held }, ...this.#pending.all];
  }

  /** @param {any} told */
  #onText(told) {
    const { id, type, error } = told;
    if (id !== null && id < this.#began) return; // of the run before
    const resumed = id === this.#resuming;
    if (type === "ended" && resumed && this.#pending.has(this.#began)) return; // so was that one
    this.#pending.settle(id);
    this.#pending.watchOver();
    if (type === "started") {
      this.#held = { run: told.run, key: told.key };
      this.#handlers.onStarted(told);
    } else if (type === "ended" || (error && id === this.#began)) {
      this.#end(resumed && error?.code === "run_gone" ? overMeanwhile() : errorOf(told));
    } else if (error && this.#wanted) this.#handlers.onRefused(errorOf(told));
  }

  /** @param {ArrayBuffer} data */
  #onBytes(data) {
    const { id, taken, frame } = unpack(data);
    if (id < this.#began || !this.#pending.settle(id)) return;
    this.#pending.watchOver();
    this.#handlers.onFrame(frame, taken);
  }

  /** @param {ApiError} error */
  #end(error) {
    const known = this.#wanted;
    this.#wanted = false;
    this.#held = null;
    this.#pending.clear();
    this.#pending.watchOver();
    if (known) this.#handlers.onEnded(error);
  }
}

/**
 * Train: `start` begins a run (and takes the place of the one before), `next` asks for a frame. A
 * line that is lost is had again, and what was not answered is asked again.
 * @param {string} slug
 * @param {RunHandlers} handlers
 * @param {Connect} [connect]
 * @param {typeof surroundings} [around]
 */
export const openRun = (slug, handlers, connect = connectHere, around = surroundings) =>
  new Run(slug, handlers, connect, around);

/**
 * Watch someone's run, without control: `next` asks for a frame newer than the last.
 * @param {string} id
 * @param {WatchHandlers} handlers
 * @param {Connect} [connect]
 * @param {typeof surroundings} [around]
 */
export function watchRun(id, handlers, connect = connectHere, around = surroundings) {
  const pending = new Pending(() => line.check(), around);
  let over = false;
  let [next, back] = [0, 0]; // the numbers of the newest of each
  /** One answer is enough, to the newest. @param {Record<string, any>} what @param {number} before */
  const ask = (what, before) => {
    pending.settle(before);
    const message = pending.add(what);
    line.say(message);
    pending.watchOver();
    return message.id;
  };
  const finish = () => {
    over = true;
    pending.clear();
    pending.watchOver();
  };
  /** @param {any} told */
  const onText = (told) => {
    if (told.type === "none") pending.settle(told.id);
    pending.watchOver();
    if (told.type === "watching") handlers.onWatching({ lab: told.lab, config: told.config });
    else if (told.type === "config") handlers.onConfig(told.config);
    else if (told.error && !over) {
      finish();
      handlers.onEnded(errorOf(told));
    }
  };
  /** @param {ArrayBuffer} data */
  const onBytes = (data) => {
    const { id: number, frame } = unpack(data);
    if (over || !pending.settle(number)) return;
    pending.watchOver();
    if (number === back) handlers.onPast?.(frame);
    else handlers.onFrame(frame);
  };
  const heard = {
    greet: () => pending.all,
    onText,
    onBytes,
    wanted: () => !over,
    onLost: (/** @type {ApiError | null} */ why) => handlers.onLine?.(why),
  };
  const line = openLine(`/api/runs/${encodeURIComponent(id)}/watch`, connect, heard, around);
  return {
    next() {
      if (over) return;
      next = ask({ type: "next" }, next);
    },
    /** Ask for the kept frame of the past that is the nearest to a step. @param {number} step */
    lookBack(step) {
      if (!over) back = ask({ type: "past", step }, back);
    },
    close() {
      finish();
      line.close();
    },
  };
}
