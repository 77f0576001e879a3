/** In the place of a WebSocket: a run that was recorded, frame by frame as it is asked for. */

import { t } from "../i18n.js";
import { decode } from "../wire.js";
import { placeAtStart, recording, runOf } from "./recording.js";

/** @typedef {import("./recording.js").RecordedRun} RecordedRun */

const PREFIX = 8; // bytes before a frame, as in session/messages.js
const noServer = () =>
  t(
    "This page was recorded on {date} and has no server: only what was seen then. Set it back, or open Vitrine itself.",
    { date: recording?.date ?? "" },
  );
const noMore = () =>
  t("Recorded on {date}: the run was seen up to here. Reset, then Play, to see it again.", {
    date: recording?.date ?? "",
  });
/** @param {() => string} say why something is not to be had on this page */
export const refusal = (say = noServer) => ({ code: "recorded", message: say() });

export class RecordedSocket {
  binaryType = "arraybuffer";
  /** @type {Map<string, Set<(event: any) => void>>} */
  #listeners = new Map();
  /** @type {RecordedRun | null} */
  #run = null;
  #place = 0;
  #fresh = false; // no frame of the run has been asked for

  constructor() {
    queueMicrotask(() => this.#tell("open", {}));
  }

  /** @param {string} type @param {(event: any) => void} listener */
  addEventListener(type, listener) {
    this.#listeners.set(type, (this.#listeners.get(type) ?? new Set()).add(listener));
  }

  close() {
    this.#listeners.clear();
  }

  /** @param {string} data */
  send(data) {
    const said = JSON.parse(data);
    queueMicrotask(() => this.#answer(said));
  }

  /** @param {any} said */
  #answer(said) {
    if (said.type === "start") this.#start(said);
    else if (said.type === "next" && this.#run) this.#next(said, this.#run);
    else this.#say({ type: "none", id: said.id });
  }

  /** @param {{id: number, config: Record<string, any>}} asked */
  #start({ id, config }) {
    this.#run = runOf(config);
    if (!this.#run) return this.#refuse(id);
    this.#place = placeAtStart(this.#run);
    this.#fresh = true;
    this.#say({ type: "started", id, run: "", key: "", config, live: this.#run.live });
  }

  /**
   * @param {{id: number, steps: number, live: Record<string, any>, action: any}} asked
   * @param {RecordedRun} run
   */
  #next({ id, steps, live, action }, run) {
    if (action || Object.entries(live).some(([name, value]) => run.config[name] !== value))
      return this.#refuse(id);
    if (steps > 0 && !this.#fresh) {
      if (this.#place + 1 >= run.frames.length) return this.#refuse(id, noMore);
      this.#place += 1;
    }
    const frame = run.frames[this.#place] ?? new ArrayBuffer(0);
    const before = run.frames[this.#place - 1];
    const taken = steps > 0 && before ? stepOf(frame) - stepOf(before) : 0;
    this.#fresh = false;
    const message = new Uint8Array(PREFIX + frame.byteLength);
    const view = new DataView(message.buffer);
    view.setUint32(0, id, true);
    view.setUint32(4, taken, true);
    message.set(new Uint8Array(frame), PREFIX);
    this.#tell("message", { data: message.buffer });
  }

  /** @param {number} id @param {() => string} [say] */
  #refuse(id, say) {
    this.#say({ type: "error", id, error: refusal(say) });
  }

  /** @param {Record<string, any>} message */
  #say(message) {
    this.#tell("message", { data: JSON.stringify(message) });
  }

  /** @param {string} type @param {any} event */
  #tell(type, event) {
    this.#listeners.get(type)?.forEach((listener) => listener(event));
  }
}

/** @param {ArrayBuffer} frame */
const stepOf = (frame) => Number(decode(frame).header.step);
