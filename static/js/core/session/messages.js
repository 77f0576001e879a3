/**
 * Messages to a run and their answers: every message carries a number that its answer repeats. The
 * twin of app/runs/sockets.py and watching.py, which describe the messages.
 */

import { ApiError } from "../api.js";
import { spoken, t } from "../i18n.js";
import { decode } from "../wire.js";

/** @typedef {ReturnType<typeof decode>} Frame */

const PREFIX = 8; // bytes: the number of the ask and the steps taken, before the frame
const PATIENCE = 20_000; // milliseconds after which to find out whether anybody is still there

/** What a message says is wrong, in the language of whenever it is read. @param {any} told */
export function errorOf({ error, sentences }) {
  const say = () => sentences?.[spoken().split("-", 1)[0] ?? ""] ?? error?.message ?? t("The run has ended.");
  return new ApiError(error?.code ?? "ended", say, error?.field ?? null);
}

/** @param {ArrayBuffer} data @returns {{id: number, taken: number, frame: Frame}} */
export function unpack(data) {
  const view = new DataView(data);
  return { id: view.getUint32(0, true), taken: view.getUint32(4, true), frame: decode(data.slice(PREFIX)) };
}

/**
 * Messages under way, by number, in the order in which they were said. While any is, the server is
 * asked now and then whether it is still there.
 */
export class Pending {
  #last = 0;
  #patience = 0;
  #check;
  #around;
  /** @type {Map<number, Record<string, any>>} */
  #messages = new Map();

  /** @param {() => void} check @param {typeof import("./line.js").surroundings} around */
  constructor(check, around) {
    this.#check = check;
    this.#around = around;
  }

  /** First to last. */
  get all() {
    return [...this.#messages.values()];
  }

  /** A number for a message that need not be said again. */
  next() {
    this.#last += 1;
    return this.#last;
  }

  /** @param {Record<string, any>} message @returns {{id: number}} it, with its number */
  add(message) {
    const numbered = { id: this.next(), ...message };
    this.#messages.set(numbered.id, numbered);
    return numbered;
  }

  /** @param {number} id */
  has(id) {
    return this.#messages.has(id);
  }

  /** It is answered. @param {number} id @returns {boolean} whether it was under way */
  settle(id) {
    return this.#messages.delete(id);
  }

  /** None is to be answered any more. */
  clear() {
    this.#messages.clear();
  }

  /** Something was said or heard. */
  watchOver() {
    this.#around.cancel(this.#patience);
    this.#patience = this.#messages.size ? this.#around.later(this.#check, PATIENCE) : 0;
  }
}
