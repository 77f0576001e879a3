/** A training session on a page and a server that a test plays. */

import { runKeys, trainingSession } from "../../static/js/core/session/session.js";
import { exchange, fakeSurroundings } from "./fake_socket.js";

/** State without an address. @param {Record<string, any>} [given] */
function stateOf(given = {}) {
  /** @type {Record<string, import("../../static/js/core/state.js").Rule>} */
  const rules = {
    rate: { default: 0.1, check: () => true },
    width: { default: 4, check: () => true },
    seed: { default: 1, check: () => true, low: 0, high: 9 },
    ...runKeys(),
  };
  /** @type {Record<string, any>} */
  const values = {
    ...Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, rule.default])),
    ...given,
  };
  /** @type {Set<(changed: Set<string>) => void>} */
  const listeners = new Set();
  return {
    values,
    rules,
    set(/** @type {Record<string, any>} */ changes) {
      Object.assign(values, changes);
      for (const listener of listeners) listener(new Set(Object.keys(changes)));
    },
    subscribe(/** @type {(changed: Set<string>) => void} */ listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    listeners,
  };
}

/** A browser whose paints and timers a test lets pass. */
export function fakeBrowser() {
  /** @type {(() => void)[]} */
  const paints = [];
  /** @type {(() => void)[]} */
  const timers = [];
  let now = 0;
  let hidden = false;
  return {
    here: {
      afterPaint: (/** @type {() => void} */ draw) => void paints.push(draw),
      later: (/** @type {() => void} */ act) => timers.push(act),
      now: () => now,
      hidden: () => hidden,
      random: () => 0.55,
    },
    paint() {
      now += 100;
      for (const draw of paints.splice(0)) draw();
    },
    /** Another tab is on show for so long. @param {number} ms */
    hide(ms) {
      hidden = true;
      return () => {
        now += ms;
        hidden = false;
        this.paint();
      };
    },
    wait() {
      for (const act of timers.splice(0)) act();
    },
  };
}

/** @param {Record<string, any>} [given] @param {any} [more] */
export async function begun(given = {}, more = {}) {
  const state = stateOf(given);
  const wire = exchange();
  const browser = fakeBrowser();
  const around = fakeSurroundings();
  /** @type {any[]} */
  const shown = [];
  const session = trainingSession({
    slug: "fitting",
    state,
    liveNames: ["rate"],
    configOf: ({ rate, width, seed }) => ({ rate, width, seed }),
    onFrame: (frame, { past }) => shown.push([frame.header.step, past]),
    connect: wire.connect,
    browser: browser.here,
    around: around.here,
    ...more,
  });
  await Promise.resolve();
  wire.socket.emit("open");
  const start = (run = "a1") => {
    wire.socket.say({ type: "started", run, config: {} });
    wire.socket.frame(0);
  };
  const asks = () => wire.socket.sent.filter((message) => message.type === "next");
  return { state, wire, browser, around, shown, session, start, asks };
}

/** A run that was played to step 20, five steps a frame. */
export async function played() {
  const one = await begun();
  one.start();
  one.session.play();
  for (let step = 5; step <= 20; step += 5) {
    one.browser.paint();
    one.wire.socket.frame(step);
  }
  return one;
}
