/**
 * A line to the server that mends itself: one WebSocket after another, each greeted with all that
 * is still to be said. It tells apart a line that is lost, a server that is gone, and a server that
 * answers but takes no line.
 */

import { ApiError } from "../api.js";
import { t } from "../i18n.js";
import { at } from "../place.js";

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
/** @typedef {ReturnType<typeof openLine>} Line */

const PAUSES = [0.3, 1, 2, 4, 8, 15]; // seconds between attempts, then the last one again and again
const ANSWER = 4000; // milliseconds within which a living server says that it is here
const HERE = 2 ** 32 - 1; // the number of a question that asks only whether anybody is there
const CONNECT = 10_000; // milliseconds that an attempt may take
const LEFT = 1000; // the close code by which a page leaves
const SERVER_STOPS = [1001, 1012]; // close codes of a server that is being stopped

/** @type {Connect} */
export const connectHere = (path) => {
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
  new ApiError(
    "line_lost",
    t("The line to the server is lost. This page tries again by itself and then goes on where it was."),
  );
const serverGone = () =>
  new ApiError(
    "server_gone",
    t("The server does not answer; it may have been stopped. This page tries again by itself."),
  );
/** @param {string} why the server's own words, if it has any */
const refused = (why) =>
  new ApiError(
    "line_refused",
    why ||
      t(
        "The server answers, but refuses the line for this run: a proxy on the way may not let WebSockets pass. This page tries again by itself.",
      ),
  );

/**
 * @param {string} path
 * @param {Connect} connect
 * @param {LineHandlers} handlers
 * @param {typeof surroundings} [around]
 */
export function openLine(path, connect, handlers, around = surroundings) {
  /** @type {Socket | null} */
  let socket = null;
  let open = false;
  let failures = 0; // attempts since there was a line
  let retry = 0; // the timer of the next attempt
  let checking = 0; // the timer within which the server is to answer
  let connecting = 0; // the timer within which there is to be a line
  let forgetReturn = () => {};

  const begin = () => {
    around.cancel(retry);
    retry = 0;
    const own = connect(path);
    socket = own;
    open = false;
    own.binaryType = "arraybuffer";
    connecting = around.later(() => void (socket === own && drop()), CONNECT);
    own.addEventListener("open", () => {
      if (socket === own) greet(own);
    });
    own.addEventListener("message", ({ data }) => {
      if (socket !== own) return;
      heard();
      if (typeof data !== "string") handlers.onBytes(data);
      else handlers.onText(JSON.parse(data));
    });
    own.addEventListener("close", ({ code }) => {
      if (socket === own) void broken(code);
    });
    if (failures === 0) watchForReturn();
  };
  /** @param {Socket} own */
  const greet = (own) => {
    open = true;
    around.cancel(connecting);
    for (const message of handlers.greet()) own.send(JSON.stringify(message));
  };
  const heard = () => {
    around.cancel(checking);
    checking = 0;
    if (failures) handlers.onLost(null);
    failures = 0; // not before: who takes a line and cuts it would be asked without a pause
  };
  const forget = () => {
    for (const timer of [checking, connecting, retry]) around.cancel(timer);
    checking = connecting = retry = 0;
    socket = null;
    open = false;
  };
  /** @param {number} [code] */
  const broken = async (code = 1006) => {
    const was = open;
    forget();
    if (!handlers.wanted()) return;
    failures += 1;
    retry = around.later(begin, 1000 * (PAUSES[Math.min(failures, PAUSES.length) - 1] ?? 15));
    const waiting = retry;
    if (was || !around.online()) {
      handlers.onLost(SERVER_STOPS.includes(code) ? serverGone() : lost());
      return;
    }
    const answers = await around.answers();
    if (retry === waiting)
      handlers.onLost(answers ? refused(answers.why) : around.online() ? serverGone() : lost());
  };
  /** Give up a socket that says nothing, and go on as after any loss. */
  const drop = () => {
    const silent = socket;
    void broken();
    silent?.close();
  };
  /** The network or the page is back: try now, or find out whether the line still carries. */
  const check = () => {
    if (socket && !open && failures) drop(); // an attempt from before hangs
    if (retry) begin();
    else if (open && handlers.wanted() && !checking) {
      socket?.send(JSON.stringify({ type: "here", id: HERE }));
      checking = around.later(() => {
        drop();
        if (retry) begin();
      }, ANSWER);
    }
  };
  const watchForReturn = () => {
    forgetReturn();
    forgetReturn = around.onReturn(check);
  };
  return {
    /** Whether there is a line, or one is on its way. */
    get connected() {
      return socket !== null;
    },
    /** Say it now, or, as a part of the greeting, when there is a line. @param {unknown} message */
    say(message) {
      if (open) socket?.send(JSON.stringify(message));
      else if (!socket) begin();
    },
    /** Find out whether anybody is there. */
    check,
    close() {
      const own = socket;
      forget();
      failures = 0;
      forgetReturn();
      own?.close(LEFT);
    },
  };
}
