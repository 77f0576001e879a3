/**
 * Whether the states of a lecture open here: each page is opened in a small frame, its step is tried, its
 * training awaited, and the page is packed as one file, for a server that is gone when the class begins.
 */

import { h } from "../../core/dom.js";
import { CHECKED } from "../../core/memory.js";
import { at } from "../../core/place.js";

/** @typedef {{fault: string, steps: number, seconds: number, file: Blob | null}} Checked "" is no fault */

const GUARD = 60_000; // milliseconds until a page has drawn its first picture
const TRAINING = 180_000; // and until its run has come to its step
const OFTEN = 100;
const PACKING = 60_000;
const CALM = 4; // looks without a request until a page is taken to have all its answers
const FAULTS = ["[data-refused] p", "[data-lost] p", "[data-said] .bad"]; // where a page says what is wrong

const pause = () => new Promise((resolve) => setTimeout(resolve, OFTEN));

/**
 * @param {() => boolean} holds
 * @param {number} patience milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} false: it did not come to hold
 */
async function holding(holds, patience, signal) {
  // A tab that nobody looks at draws nothing: that time does not count.
  for (let waited = 0; waited < patience && !signal.aborted; waited += document.hidden ? 0 : OFTEN) {
    if (holds()) return true;
    await pause();
  }
  return false;
}

/** A page of this server in a frame. */
class Framed {
  /** @param {HTMLIFrameElement} frame */
  constructor(frame) {
    this.frame = frame;
    this.calm = 0;
  }
  get page() {
    return this.frame.contentDocument;
  }
  /** @returns {HTMLElement | null | undefined} none for a moment, while one document follows another */
  get #root() {
    return this.page?.documentElement;
  }
  /** @param {string} selector */
  said(selector) {
    return this.page?.querySelector(selector)?.textContent?.trim() ?? "";
  }
  get isReady() {
    return this.#root?.dataset.ready !== undefined;
  }
  /** A page that is none of a lab: it says why. */
  get isOther() {
    const { page } = this;
    return page?.readyState === "complete" && page.URL !== "about:blank" && !page.querySelector(".bench");
  }
  get steps() {
    return Number(this.said("[data-run-count]").replace(/\D/g, "")) || 0;
  }
  /** What the page says is wrong, in its own words. */
  get fault() {
    const words = FAULTS.map((selector) => this.said(selector));
    return words.find(Boolean) ?? "";
  }
  /** For some looks in a row no answer is waited for. */
  get isIdle() {
    const asks = this.#root?.dataset.asking !== undefined;
    this.calm = asks ? 0 : this.calm + 1;
    return this.calm > CALM;
  }
  /** Set the run going where it does not begin by itself; whether there is one on show. */
  play() {
    const run = this.page?.querySelector("[data-run]");
    const button = /** @type {HTMLElement | null} */ (run?.querySelector(".run-play") ?? null);
    if (!button?.checkVisibility()) return false;
    if (run?.getAttribute("data-phase") !== "running" && this.steps < this.until) button.click();
    return true;
  }
  /** The training step at which the state's run stops by itself; 0: it trains nothing of its own. */
  get until() {
    const search = this.frame.contentWindow?.location.search ?? "";
    return Number(new URLSearchParams(search).get("until")) || 0;
  }
}

/**
 * Open a state and wait for all of it.
 * @param {HTMLElement} place where the frame is seen meanwhile
 * @param {string} path
 * @param {AbortSignal} signal
 * @param {boolean} record whether the page is packed, too
 * @returns {Promise<Checked>} the fault in the page's own words, or the name of one
 */
export async function check(place, path, signal, record) {
  const frame = h("iframe", {
    name: CHECKED,
    title: path,
    src: at(path),
    tabindex: -1,
    "aria-hidden": "true",
  });
  place.replaceChildren(frame);
  const framed = new Framed(frame);
  const checked = { fault: "", steps: 0, seconds: 0, file: /** @type {Blob | null} */ (null) };
  try {
    const opened = await holding(() => framed.isReady || framed.isOther, GUARD, signal);
    if (!opened || framed.isOther) return { ...checked, fault: framed.said(".notice p") || "not ready" };
    await holding(() => framed.isIdle, GUARD, signal); // the step of the address is tried, and answered
    const until = framed.until && framed.play() ? framed.until : 0;
    const began = performance.now();
    if (until && !(await holding(() => framed.steps >= until, TRAINING, signal)))
      return { ...checked, fault: framed.fault || "not trained" };
    checked.steps = until;
    checked.seconds = until ? (performance.now() - began) / 1000 : 0;
    checked.fault = framed.fault;
    if (record && !checked.fault) checked.file = await packedIn(frame, signal);
    return checked;
  } finally {
    frame.remove();
  }
}

/**
 * The framed page as one file: it answers a message.
 * @param {HTMLIFrameElement} frame
 * @param {AbortSignal} signal
 * @returns {Promise<Blob | null>}
 */
function packedIn(frame, signal) {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    const end = (/** @type {Blob | null} */ file) => {
      clearTimeout(timer);
      channel.port1.close();
      resolve(file);
    };
    const timer = setTimeout(end, PACKING, null);
    signal.addEventListener("abort", () => end(null), { once: true });
    channel.port1.onmessage = ({ data }) => end(data instanceof Blob ? data : null);
    frame.contentWindow?.postMessage("vitrine-pack", location.origin, [channel.port2]);
  });
}
