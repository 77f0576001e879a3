/**
 * A line to the server that mends itself: one WebSocket after another, each greeted with all that
 * is still to be said. It tells apart a line that is lost, a server that is gone, and a server that
 * answers but takes no line.
 */

import { ApiError } from "../api.js";
import { t } from "../i18n.js";
import { at } from "../place.js";
import { recording } from "../recorded/recording.js";
import { RecordedSocket } from "../recorded/socket.js";

/**
 * What we need of a WebSocket, so that a test can pass another.
 * @typedef {object} Socket
 * @property {string} binaryType
 * @property {(data: string) => void} send
 * @property {(code?: number) => void} close
 * @property {(type: string, listener: (event: any) => void) => void} addEventListener
 */
/** @typedef {(path: string) => Socket} Connect */
/**
 * @typedef {object} LineHandlers
 * @property {() => unknown[]} greet all messages that are still to be said, first to last
 * @property {() => boolean} wanted whether a line that is lost is to be had again
 * @property {(message: any) => void} onText
 * @property {(data: ArrayBuffer) => void} onBytes
 * @property {(why: ApiError | null) => void} onLost why there is no line now; null when there is one again
 */

const PAUSES = [0.3, 1, 2, 4, 8, 15]; // seconds between attempts, then the last one again and again
const ANSWER = 4000; // milliseconds within which a living server says that it is here
const HERE = 2 ** 32 - 1; // the number of a question that asks only whether anybody is there
const CONNECT = 10_000; // milliseconds that an attempt may take
const LEFT = 1000; // the close code by which a page leaves
const SERVER_STOPS = [1001, 1012]; // close codes of a server that is being stopped

/** @type {Connect} */
export const connectHere = (path) => {
  if (recording) return new RecordedSocket();
  const url = new URL(at(path), location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(url);
};

/** What a line needs of the browser, so that a test can pass another. */
export const surroundings = {
  /** @param {() => void} act @param {number} ms */
  later: (act, ms) => Number(setTimeout(act, ms)),
  /** @param {number} timer */
  cancel: (timer) => clearTimeout(timer),
  online: () => navigator.onLine,
  /**
   * Whether the server answers at all, and if it refuses what this page writes, its sentence.
   * @returns {Promise<{why: string} | null>} null: no answer
   */
  async answers() {
    const soon = () => AbortSignal.timeout(ANSWER);
    try {
      if (!(await fetch(at("/healthz"), { cache: "no-store", signal: soon() })).ok) return null;
      const headers = { "Content-Type": "application/json" };
      const written = await fetch(at("/api/share"), { method: "POST", headers, body: "{}", signal: soon() });
      const refusal = [403, 421].includes(written.status) ? await written.json() : null;
      return { why: refusal?.error?.message ?? "" };
    } catch {
      return null;
    }
  },
  /**
   * Call `back` when the network or the page is back.
   * @param {() => void} back
   * @returns {() => void} ends that
   */
  onReturn(back) {
    const seen = () => document.visibilityState === "visible" && back();
    addEventListener("online", back);
    document.addEventListener("visibilitychange", seen);
    return () => {
      removeEventListener("online", back);
      document.removeEventListener("visibilitychange", seen);
    };
  },
  /** Call `leave` when the page is left. @param {() => void} leave @returns {() => void} ends that */
  onLeave(leave) {
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  },
};

const lost = () =>
  new ApiError("line_lost", () =>
    t("The line to the server is lost. This page tries again by itself and then goes on where it was."),
  );
const serverGone = () =>
  new ApiError("server_gone", () =>
    t("The server does not answer; it may have been stopped. This page tries again by itself."),
  );
/** @param {string} why the server's own words, if it has any */
const refused = (why) =>
  new ApiError(
    "line_refused",
    why ||
      (() =>
        t(
          "The server answers, but refuses the line for this run: a proxy on the way may not let WebSockets pass. This page tries again by itself.",
        )),
  );

/** The timers of a line, each of which goes off at most once. */
/** @typedef {"retry" | "checking" | "connecting"} Timer */

export class Line {
  #path;
  #connect;
  #handlers;
  #around;
  /** @type {Socket | null} */
  #socket = null;
  #open = false;
  /** Attempts since there was a line. */
  #failures = 0;
  /**
   * `retry`: the next attempt; `checking`: the server is to answer by then; `connecting`: there is to be
   * a line by then.
   * @type {Map<Timer, number>}
   */
  #timers = new Map();
  #forgetReturn = () => {};

  /**
   * @param {string} path
   * @param {Connect} connect
   * @param {LineHandlers} handlers
   * @param {typeof surroundings} around
   */
  constructor(path, connect, handlers, around) {
    this.#path = path;
    this.#connect = connect;
    this.#handlers = handlers;
    this.#around = around;
  }

  /** Say it now, or, as a part of the greeting, when there is a line. @param {unknown} message */
  say(message) {
    if (this.#open) this.#socket?.send(JSON.stringify(message));
    else if (!this.#socket) this.#begin();
  }

  /** The network or the page is back: try now, or find out whether the line still carries. */
  check() {
    if (this.#socket && !this.#open && this.#failures) this.#drop(); // an attempt from before hangs
    if (this.#timers.has("retry")) this.#begin();
    else if (this.#open && this.#handlers.wanted() && !this.#timers.has("checking")) {
      this.#socket?.send(JSON.stringify({ type: "here", id: HERE }));
      this.#set("checking", ANSWER, () => {
        this.#drop();
        if (this.#timers.has("retry")) this.#begin();
      });
    }
  }

  close() {
    const [own, open] = [this.#socket, this.#open];
    this.#forget();
    this.#failures = 0;
    this.#forgetReturn();
    // A browser complains of a socket that is closed while it connects; one that goes with its page
    // connects no more.
    if (open) own?.close(LEFT);
    else own?.addEventListener("open", () => own.close(LEFT));
  }

  // --- A socket's life ---------------------------------------------------------------------------

  #begin() {
    this.#cancel("retry");
    const own = this.#connect(this.#path);
    this.#socket = own;
    this.#open = false;
    own.binaryType = "arraybuffer";
    this.#set("connecting", CONNECT, () => {
      if (this.#socket === own) this.#drop();
    });
    /** What a socket says that was given up is heard no more. @param {(event: any) => void} act */
    const ours = (act) => (/** @type {any} */ event) => {
      if (this.#socket === own) act(event);
    };
    own.addEventListener(
      "open",
      ours(() => this.#greet(own)),
    );
    own.addEventListener(
      "message",
      ours(({ data }) => this.#hear(data)),
    );
    own.addEventListener(
      "close",
      ours(({ code }) => void this.#broken(code)),
    );
    if (this.#failures === 0) this.#watchForReturn();
  }

  /** @param {Socket} own */
  #greet(own) {
    this.#open = true;
    this.#cancel("connecting");
    for (const message of this.#handlers.greet()) own.send(JSON.stringify(message));
  }

  /** @param {ArrayBuffer | string} data */
  #hear(data) {
    this.#cancel("checking");
    if (this.#failures) this.#handlers.onLost(null);
    this.#failures = 0; // not before: who takes a line and cuts it would be asked without a pause
    if (typeof data !== "string") this.#handlers.onBytes(data);
    else this.#handlers.onText(JSON.parse(data));
  }

  /** @param {number} [code] */
  async #broken(code = 1006) {
    const was = this.#open;
    this.#forget();
    if (!this.#handlers.wanted()) return;
    this.#failures += 1;
    const pause = PAUSES[Math.min(this.#failures, PAUSES.length) - 1] ?? 15;
    const waiting = this.#set("retry", 1000 * pause, () => this.#begin());
    if (was || !this.#around.online()) {
      this.#handlers.onLost(SERVER_STOPS.includes(code) ? serverGone() : lost());
      return;
    }
    const answers = await this.#around.answers();
    if (this.#timers.get("retry") === waiting)
      this.#handlers.onLost(answers ? refused(answers.why) : this.#around.online() ? serverGone() : lost());
  }

  /** Give up a socket that says nothing, and go on as after any loss. */
  #drop() {
    const silent = this.#socket;
    void this.#broken();
    silent?.close();
  }

  #forget() {
    for (const timer of this.#timers.values()) this.#around.cancel(timer);
    this.#timers.clear();
    this.#socket = null;
    this.#open = false;
  }

  #watchForReturn() {
    this.#forgetReturn();
    this.#forgetReturn = this.#around.onReturn(() => this.check());
  }

  // --- Timers ------------------------------------------------------------------------------------

  /** @param {Timer} name @param {number} ms @param {() => void} act @returns {number} */
  #set(name, ms, act) {
    const timer = this.#around.later(act, ms);
    this.#timers.set(name, timer);
    return timer;
  }

  /** @param {Timer} name */
  #cancel(name) {
    const timer = this.#timers.get(name);
    if (timer !== undefined) this.#around.cancel(timer);
    this.#timers.delete(name);
  }
}

/**
 * @param {string} path
 * @param {Connect} connect
 * @param {LineHandlers} handlers
 * @param {typeof surroundings} [around]
 */
export const openLine = (path, connect, handlers, around = surroundings) =>
  new Line(path, connect, handlers, around);
