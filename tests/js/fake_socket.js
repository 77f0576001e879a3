/** A WebSocket that a test speaks for: what was sent, and what is answered. */

import { encode } from "../../static/js/core/wire.js";

export class FakeSocket {
  binaryType = "";
  closed = false;
  /** @type {number | undefined} */
  code = undefined;
  /** @type {any[]} */
  sent = [];
  /** @type {Record<string, ((event: any) => void)[]>} */
  listeners = {};

  /** @param {string} path */
  constructor(path) {
    this.path = path;
  }
  /** @param {string} text */
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  /** @param {number} [code] */
  close(code) {
    this.closed = true;
    this.code = code;
  }
  /** The number of the newest message of a type. @param {string} type */
  numberOf(type) {
    return this.sent.filter((message) => message.type === type).at(-1)?.id ?? 0;
  }
  /** @param {string} type @param {(event: any) => void} listener */
  addEventListener(type, listener) {
    (this.listeners[type] ??= []).push(listener);
  }
  /** @param {string} type @param {any} [event] */
  emit(type, event = {}) {
    for (const listener of this.listeners[type] ?? []) listener(event);
  }
  /** @param {any} message without a number the answer to the newest ask, or to the start it is about */
  say(message) {
    const about = message.type === "started" ? "start" : "next";
    this.emit("message", {
      data: JSON.stringify({ id: this.numberOf(about), live: ["rate"], key: "k", ...message }),
    });
  }
  /**
   * @param {number} step
   * @param {{id?: number, taken?: number}} [about] the answer to the newest ask, all its steps taken
   */
  frame(
    step,
    { id = this.numberOf("next"), taken = this.sent.find((message) => message.id === id)?.steps ?? 0 } = {},
  ) {
    const frame = new Uint8Array(
      encode({ step }, { curve: { values: Float32Array.of(step, 1), shape: [2] } }),
    );
    const data = new Uint8Array(8 + frame.length);
    new DataView(data.buffer).setUint32(0, id, true);
    new DataView(data.buffer).setUint32(4, taken, true);
    data.set(frame, 8);
    this.emit("message", { data: data.buffer });
  }
}

/** A page's surroundings of which a test says when time passes, when the network is back, when it is left. */
export function fakeSurroundings() {
  /** @type {Map<number, {act: () => void, ms: number}>} */
  const timers = new Map();
  /** @type {Set<() => void>} */
  const returns = new Set();
  /** @type {Set<() => void>} */
  const leaves = new Set();
  let last = 0;
  /** @type {{online: boolean, answers: {why: string} | null}} */
  const own = { online: true, answers: null };
  return {
    own,
    timers,
    /** All timers of at most so many milliseconds go off. @param {number} ms */
    pass(ms) {
      for (const [number, { act, ms: due }] of [...timers]) {
        if (due > ms || !timers.delete(number)) continue;
        act();
      }
    },
    comeBack: () => [...returns].forEach((back) => back()),
    leave: () => [...leaves].forEach((leave) => leave()),
    here: {
      later: (/** @type {() => void} */ act, /** @type {number} */ ms) => {
        last += 1;
        timers.set(last, { act, ms });
        return last;
      },
      cancel: (/** @type {number} */ timer) => void timers.delete(timer),
      online: () => own.online,
      answers: () => Promise.resolve(own.answers),
      onReturn(/** @type {() => void} */ back) {
        returns.add(back);
        return () => void returns.delete(back);
      },
      onLeave(/** @type {() => void} */ leave) {
        leaves.add(leave);
        return () => void leaves.delete(leave);
      },
    },
  };
}

/** Sockets that were opened, and what opens them. */
export function exchange() {
  /** @type {FakeSocket[]} */
  const sockets = [];
  return {
    sockets,
    connect: (/** @type {string} */ path) => {
      const socket = new FakeSocket(path);
      sockets.push(socket);
      return socket;
    },
    /** The newest. */
    get socket() {
      return /** @type {FakeSocket} */ (sockets.at(-1));
    },
  };
}
