/**
 * A run on the server, over one WebSocket: configuration up, frames down, each frame asked for.
 * The twin of app/runs/sockets.py, which describes the messages.
 */

import { ApiError } from "./api.js";
import { t } from "./i18n.js";
import { decode } from "./wire.js";

/** @typedef {ReturnType<typeof decode>} Frame */
/**
 * What we need of a WebSocket, so that a test can pass another.
 * @typedef {object} Socket
 * @property {string} binaryType
 * @property {(data: string) => void} send
 * @property {() => void} close
 * @property {(type: string, listener: (event: any) => void) => void} addEventListener
 */
/** @typedef {(path: string) => Socket} Connect */
/**
 * @typedef {object} RunHandlers
 * @property {(told: {run: string, config: Record<string, any>}) => void} onStarted
 * @property {(frame: Frame) => void} onFrame
 * @property {(error: ApiError) => void} onRefused the run goes on
 * @property {(error: ApiError) => void} onEnded the run is over; `start` begins another
 */
/**
 * @typedef {object} WatchHandlers
 * @property {(told: {lab: string, config: Record<string, any>}) => void} onWatching
 * @property {(config: Record<string, any>) => void} onConfig
 * @property {(frame: Frame) => void} onFrame
 * @property {(error: ApiError) => void} onEnded
 */

/** @type {Connect} */
export const connectHere = (path) => {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(url);
};

/** @param {any} told */
const errorOf = (told) =>
  new ApiError(told?.code ?? "ended", told?.message ?? t("The run has ended."), told?.field ?? null);

/**
 * A socket that is opened at the first message, keeps what is said before it is open, and says
 * once that it is gone.
 * @param {string} path
 * @param {Connect} connect
 * @param {{onText: (message: any) => void, onFrame: (frame: Frame) => void, onGone: (error: ApiError) => void}} handlers
 */
function line(path, connect, { onText, onFrame, onGone }) {
  /** @type {Socket | null} */
  let socket = null;
  let open = false;
  /** @type {string[]} */
  let waiting = [];

  const begin = () => {
    const own = connect(path);
    socket = own;
    own.binaryType = "arraybuffer";
    own.addEventListener("open", () => {
      if (socket !== own) return;
      open = true;
      for (const text of waiting.splice(0)) own.send(text);
    });
    own.addEventListener("message", ({ data }) => {
      if (socket !== own) return;
      if (typeof data === "string") onText(JSON.parse(data));
      else onFrame(decode(data));
    });
    own.addEventListener("close", () => {
      if (socket !== own) return;
      forget();
      onGone(new ApiError("offline", t("The connection to the server is lost. Is it still running?")));
    });
  };
  const forget = () => {
    socket = null;
    open = false;
    waiting = [];
  };
  return {
    get connected() {
      return socket !== null;
    },
    /** @param {unknown} message */
    say(message) {
      if (!socket) begin();
      const text = JSON.stringify(message);
      if (open) socket?.send(text);
      else waiting.push(text);
    },
    close() {
      const own = socket;
      forget();
      own?.close();
    },
  };
}

/**
 * Train: `start` begins a run (and takes the place of the one before), `next` asks for a frame.
 * @param {string} slug
 * @param {RunHandlers} handlers
 * @param {Connect} [connect]
 */
export function openRun(slug, handlers, connect = connectHere) {
  // Between a start and its answer, what arrives still belongs to the run before.
  let starting = false;
  let alive = false;
  let owed = 0; // frames asked for and not yet answered
  let patience = 0;
  /** @param {ApiError} error */
  const end = (error) => {
    clearTimeout(patience);
    const known = starting || alive;
    starting = alive = false;
    if (known) handlers.onEnded(error);
  };
  const wire = line(`/api/labs/${slug}/run`, connect, {
    onText(message) {
      if (message.type === "started") {
        clearTimeout(patience);
        starting = false;
        alive = true;
        handlers.onStarted({ run: message.run, config: message.config });
      } else if (message.type === "ended") end(errorOf(message.error));
      else if (message.error && starting && owed > 0) {
        // The answer to an ask of the run before, most likely; or to the start, if nothing follows.
        owed = 0;
        patience = Number(setTimeout(() => end(errorOf(message.error)), 1500));
      } else if (message.error && starting) end(errorOf(message.error));
      else if (message.error && alive) handlers.onRefused(errorOf(message.error));
      if (alive && !starting) owed = 0;
    },
    onFrame(frame) {
      owed = 0;
      if (alive && !starting) handlers.onFrame(frame);
    },
    onGone: end,
  });
  return {
    /** @param {Record<string, any>} config */
    start(config) {
      clearTimeout(patience);
      if (!alive) owed = 0;
      starting = true;
      alive = false;
      wire.say({ type: "start", config });
    },
    /**
     * May be called right after `start`: the server answers in order.
     * @param {number} steps training steps between the last frame and this one
     * @param {Record<string, any>} [live]
     * @param {Record<string, any> | null} [action]
     */
    next(steps, live = {}, action = null) {
      if (!starting && !alive) return;
      if (alive) owed += 1;
      wire.say({ type: "next", steps, live, action });
    },
    close() {
      clearTimeout(patience);
      starting = alive = false;
      wire.close();
    },
  };
}

/**
 * Watch someone's run, without control: `next` asks for a frame newer than the last.
 * @param {string} id
 * @param {WatchHandlers} handlers
 * @param {Connect} [connect]
 */
export function watchRun(id, handlers, connect = connectHere) {
  let over = false;
  /** @param {ApiError} error */
  const end = (error) => {
    if (over) return;
    over = true;
    handlers.onEnded(error);
  };
  const wire = line(`/api/runs/${encodeURIComponent(id)}/watch`, connect, {
    onText(message) {
      if (message.type === "watching") handlers.onWatching({ lab: message.lab, config: message.config });
      else if (message.type === "config") handlers.onConfig(message.config);
      else if (message.error) end(errorOf(message.error));
    },
    onFrame(frame) {
      if (!over) handlers.onFrame(frame);
    },
    onGone: end,
  });
  return {
    next() {
      if (!over) wire.say({ type: "next" });
    },
    close() {
      over = true;
      wire.close();
    },
  };
}

/** @typedef {ReturnType<typeof openRun>} Run */
