/** A WebSocket that a test speaks for: what was sent, and what is answered. */

import { encode } from "../../static/js/core/wire.js";

export class FakeSocket {
  binaryType = "";
  closed = false;
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
  close() {
    this.closed = true;
  }
  /** @param {string} type @param {(event: any) => void} listener */
  addEventListener(type, listener) {
    (this.listeners[type] ??= []).push(listener);
  }
  /** @param {string} type @param {any} [event] */
  emit(type, event = {}) {
    for (const listener of this.listeners[type] ?? []) listener(event);
  }
  /** @param {any} message */
  say(message) {
    this.emit("message", { data: JSON.stringify(message) });
  }
  /** @param {number} step */
  frame(step) {
    this.emit("message", { data: encode({ step }, { curve: { values: Float32Array.of(step, 1), shape: [2] } }) });
  }
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
