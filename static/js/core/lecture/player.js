/**
 * A lecture that is played in this tab: a clicker goes from state to state, and the window with the notes
 * hears where it stands. It goes on through other labs, reloads and languages, until it is ended.
 */

import { h } from "../dom.js";
import { t } from "../i18n.js";
import { isChecked, recall, remember, withCarried } from "../memory.js";
import { at } from "../place.js";
import { tell } from "../said.js";
import { scriptOf } from "./script.js";

/** @typedef {import("./script.js").Script} Script */
/**
 * @typedef {object} Played
 * @property {Script} script
 * @property {number} at
 * @property {number} began milliseconds since 1970
 * @property {string} id of this playing: another tab may play another lecture
 */

const KEY = "vitrine-lecture-played";
const PATIENCE = 3000; // milliseconds for the server to say that it is there
const SAID = 5000; // milliseconds that it stays said in the place of the number
export const CHANNEL = "vitrine-lecture";

/** @returns {Played | null} */
export function playedHere() {
  try {
    const { script, at: now, began, id } = JSON.parse(recall(KEY) ?? "");
    return { script: scriptOf({ vitrine: "lecture", ...script }), at: Number(now), began: Number(began), id };
  } catch {
    return null;
  }
}

/**
 * Play a lecture in this tab.
 * @param {Script} script
 * @param {number} first
 * @returns {boolean} false: this browser keeps nothing, so that it would be over at the next page
 */
export function play(script, first = 0) {
  const played = { script, at: first, began: Date.now(), id: String(Math.random()) };
  remember(KEY, JSON.stringify(played));
  if (playedHere()?.id !== played.id) return false;
  show(played);
  return true;
}

/** Open the page of the state that is played, in the presenter's view. @param {Played} played */
function show({ script, at: now }) {
  const url = new URL(at(script.states[now]?.path ?? "/lecture"), location.origin);
  url.searchParams.set("present", "1");
  url.search = withCarried(url.search);
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
      if (data.id === this.played.id && Number.isInteger(data.go)) void this.go(data.go);
    });
    this.bar = this.makeBar();
    document.querySelector(".top-tools")?.prepend(this.bar);
    addEventListener("keydown", (event) => this.onKey(event), { capture: true });
    // A page that comes back as it was left does not know how the lecture went on.
    addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
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
    // Other pages than a lab's scroll by these keys.
    if (!way || busy || event.repeat || !document.querySelector(".bench")) return;
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
    if (!there) {
      tell(this.place, () => t("The server cannot be reached."));
      setTimeout(() => this.report(), SAID);
      return;
    }
    this.played = { ...this.played, at: next };
    remember(KEY, JSON.stringify(this.played));
    this.report();
    show(this.played);
  }

  end() {
    remember(KEY, "");
    this.channel?.postMessage({ ended: this.played.id });
    location.assign(at("/lecture"));
  }
}

export function wireLecture() {
  // A page that is only checked plays nothing, and the window with the notes has the tab's memory.
  const listens = isChecked() || document.body.classList.contains("lecture-notes");
  const played = listens ? null : playedHere();
  if (played?.script.states[played.at]) new Player(played);
}
