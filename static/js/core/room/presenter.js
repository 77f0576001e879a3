/** A presenter's page: it tells its room what it shows, and knows how many follow. */

import { post } from "../api.js";
import { onLanguage } from "../i18n.js";
import { root } from "../place.js";
import { onShown, setPrivate, shown, usesAlbum } from "../shown.js";
import { toQuery } from "../state.js";
import { roomLine } from "./line.js";
import { become, change, keepForLater, memberHere } from "./member.js";

/** @typedef {import("../api.js").ApiError} ApiError */
/** @typedef {{there: number, following: number, own: Record<string, number>}} Counts */
/**
 * @typedef {object} Stand how the room stands
 * @property {Counts} counts
 * @property {any} question
 * @property {any} handed what is handed out, and what came of it
 * @property {ApiError | null} why there is no line now, or something was refused
 */

const REST = 100; // milliseconds between two pictures of the page's state

/** Open a room, which this tab presents in. */
export async function openRoom() {
  become({ ...(await post("/api/rooms", {})), role: "presenter" });
  keepForLater(memberHere());
}

export class PresenterPage {
  /** @type {Stand} */
  stand = { counts: { there: 0, following: 0, own: {} }, question: null, handed: null, why: null };
  #timer = 0;
  #told = "";
  #line;
  #onStand;
  #forget;

  /**
   * @param {string} code
   * @param {(stand: Stand) => void} onStand
   * @param {(why: ApiError) => void} onRefused what was asked
   * @param {(why: ApiError) => void} onEnd
   */
  constructor(code, onStand, onRefused, onEnd) {
    this.#onStand = onStand;
    const page = crypto.getRandomValues(new Uint32Array(3)).join("-");
    this.#line = roomLine(code, () => ({ type: "present", secret: memberHere()?.secret ?? "", page }), {
      entered: () => this.#tell(true),
      guests: (counts) => this.#set({ counts }),
      question: (question) => this.#set({ question }),
      handed: (handed) => this.#set({ handed }),
      refused: (why) => {
        this.#set({ why });
        onRefused(why);
      },
      ended: (why) => {
        this.#forget.forEach((forget) => forget());
        become(null);
        keepForLater(null);
        onEnd(why);
      },
      lost: (why) => this.#set({ why }),
    });
    setPrivate(() => hasOwnPictures() && hidesPictures());
    this.#forget = [
      () => setPrivate(() => false),
      onShown(() => this.tell()),
      onLanguage(() => this.#onStand(this.stand)),
    ];
  }

  /** @param {Partial<Stand>} changes */
  #set(changes) {
    Object.assign(this.stand, changes);
    this.#onStand(this.stand);
  }

  /** Something on the page is another: soon the room is told. */
  tell() {
    this.#timer ||= window.setTimeout(() => this.#tell(), REST);
  }

  #tell(again = false) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const now = pageNow();
    const text = JSON.stringify(now);
    if (!now || (text === this.#told && !again)) return;
    this.#told = text;
    this.#line.say({ type: "show", shown: now }, true);
  }

  /** @param {boolean} on whether the room may see the presenter's own photo */
  allowPhoto(on) {
    change({ photo: on });
    this.tell();
  }

  /** @param {Record<string, any>} message one of app/rooms/messages.py */
  say(message) {
    this.#set({ why: null });
    this.#line.say(message);
  }

  close() {
    this.#line.say({ type: "close" });
  }
}

/** What this page shows, as app/rooms/messages.py has it; null: a page that no room is shown. */
function pageNow() {
  const path = location.pathname.slice(root().length) || "/";
  const isShown = path === "/" || path === "/guide" || path.startsWith("/labs/");
  const hidden = hasOwnPictures() && hidesPictures();
  return isShown ? { path, query: queryNow(), ...runsNow(), photo: photoNow(), private: hidden } : null;
}

const hidesPictures = () => !memberHere()?.photo;

function queryNow() {
  const { state, photo } = shown;
  if (!state) return "";
  const named = "sample" in state.rules && photo?.name ? { sample: photo.name } : {};
  const own = hidesPictures() ? withoutOwn(state) : {};
  return toQuery({ ...state.values, ...named, ...own, run: "" }, state.rules);
}

function runsNow() {
  // A run on an album shows pictures of it, and tells its id to whoever watches.
  const ids = [...shown.sessions].flatMap(([name, { status }]) =>
    status.runId && !(status.own && hidesPictures()) ? [[name, status.runId]] : [],
  );
  const own = shown.sessions.get("")?.status;
  const step = own && own.share !== null ? own.shownStep : null;
  return { runs: Object.fromEntries(ids), step };
}

function photoNow() {
  const { photo } = shown;
  if (!photo || photo.name || hidesPictures()) return null;
  const { id, width, height, incomplete = false } = photo;
  return { id, width, height, incomplete };
}

/** Whether this page shows a photo, an album or a clip of the presenter's own. */
export const hasOwnPictures = () =>
  (shown.photo !== null && !shown.photo.name) || usesAlbum(shown.state?.values ?? {});

/**
 * What the room is told in the place of an album and of a clip.
 * @param {import("../state.js").State} state
 */
function withoutOwn({ rules, values }) {
  const named = ["pictures", "clip"].filter((name) => name in rules).map((name) => [name, ""]);
  const clips = values.clips === "own" ? { clips: rules.clips?.default } : {};
  return { ...Object.fromEntries(named), ...clips };
}
