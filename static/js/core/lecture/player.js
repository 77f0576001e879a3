/**
 * A lecture that is played in this tab: a clicker goes from state to state, and the window with the notes
 * hears where it stands. It goes on through other labs, reloads and languages, until it is ended.
 */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { recall, remember } from "../memory.js";
import { at } from "../place.js";
import { tell } from "../said.js";
import { scriptOf } from "./script.js";

/** @typedef {import("./script.js").Script} Script */
/** @typedef {{script: Script, at: number, began: number}} Played `began`: milliseconds since 1970 */

const KEY = "vitrine-lecture-played";
const PATIENCE = 3000; // milliseconds for the server to say that it is there
export const CHANNEL = "vitrine-lecture";

/** @returns {Played | null} */
export function playedHere() {
  try {
    const { script, at: now, began } = JSON.parse(recall(KEY) ?? "");
    return { script: scriptOf({ vitrine: "lecture", ...script }), at: Number(now), began: Number(began) };
  } catch {
    return null;
  }
}

/** @param {Script} script @param {number} first */
export function play(script, first = 0) {
  remember(KEY, JSON.stringify({ script, at: first, began: Date.now() }));
  show({ script, at: first, began: 0 });
}

/** Open the page of the state that is played, in the presenter's view. @param {Played} played */
function show({ script, at: now }) {
  const url = new URL(at(script.states[now]?.path ?? "/lecture"), location.origin);
  url.searchParams.set("present", "1");
  // An address that differs in its # alone leaves the page as it is; the lesson then goes to that step.
  if (url.href === location.href) location.reload();
  else location.assign(url);
}

/** Whether the server still answers. */
async function isThere() {
  try {
    return (await fetch(at("/healthz"), { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) })).ok;
  } catch {
    return false;
  }
}

class Player {
  /** @param {Played} played */
  constructor(played) {
    this.played = played;
    this.going = false;
    this.place = h("b", { "data-lecture-place": "" });
    this.channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
    this.channel?.addEventListener("message", ({ data }) => {
      if (data.who) this.report();
      if (Number.isInteger(data.go)) void this.go(data.go);
    });
    this.bar = this.makeBar();
    document.querySelector(".top-tools")?.prepend(this.bar);
    addEventListener("keydown", (event) => this.onKey(event), { capture: true });
    this.report();
  }

  /** Where it stands, here and in the window with the notes. */
  report() {
    const { script, at: now } = this.played;
    tell(this.place, () => `${now + 1} / ${script.states.length}`);
    this.channel?.postMessage({ played: this.played });
  }

  makeBar() {
    const button = (
      /** @type {string} */ sign,
      /** @type {() => string} */ name,
      /** @type {() => void} */ act,
    ) => tell(h("button", { class: "tool", type: "button", onclick: act }, sign), name, "aria-label");
    return tell(
      h(
        "span",
        { class: "lecture-bar", role: "group", "data-lecture-bar": "" },
        button(
          "‹",
          () => t("Previous state of the lecture"),
          () => void this.go(this.played.at - 1),
        ),
        this.place,
        button(
          "›",
          () => t("Next state of the lecture"),
          () => void this.go(this.played.at + 1),
        ),
        button(
          "✕",
          () => t("End the lecture"),
          () => this.end(),
        ),
      ),
      () => t("Lecture"),
      "aria-label",
    );
  }

  /** A clicker's keys. @param {KeyboardEvent} event */
  onKey(event) {
    const way = { PageDown: 1, PageUp: -1 }[event.key];
    const busy = event.target instanceof Element && event.target.closest("input, select, textarea, dialog");
    if (!way || busy) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // the lesson's own steps wait until the lecture is over
    void this.go(this.played.at + way);
  }

  /** @param {number} next */
  async go(next) {
    if (!this.played.script.states[next] || this.going) return;
    this.going = true;
    const there = await isThere();
    this.going = false;
    // The page on show stays: a browser's page about an error would take its place.
    if (!there) return void tell(this.place, () => t("The server cannot be reached."));
    this.played = { ...this.played, at: next };
    remember(KEY, JSON.stringify(this.played));
    this.report();
    show(this.played);
  }

  end() {
    remember(KEY, "");
    this.channel?.postMessage({ ended: true });
    location.assign(at("/lecture"));
  }
}

export function wireLecture() {
  const played = window.parent === window ? playedHere() : null; // a page that is only checked plays nothing
  if (played?.script.states[played.at]) new Player(played);
}
