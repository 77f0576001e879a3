/** A guest's page: it shows what the presenter's page shows, until its reader takes the wheel. */

import { $ } from "../dom.js";
import { number, onLanguage, sentences, t } from "../i18n.js";
import { at, root } from "../place.js";
import { tell } from "../said.js";
import { onShown, shown } from "../shown.js";
import { fromQuery, toQuery, without } from "../state.js";
import { guestPhoto } from "./guest_photo.js";
import { guestQuestion, inWords } from "./guest_question.js";
import { roomLine } from "./line.js";
import { become, change, follows, memberHere, showPhoto } from "./member.js";

/** @typedef {import("../api.js").ApiError} ApiError */
/**
 * @typedef {object} Shown what the room is shown, as app/rooms/messages.py has it
 * @property {string} path
 * @property {string} query
 * @property {Record<string, string>} runs
 * @property {number | null} step
 * @property {import("./member.js").RoomPhoto | null} photo
 * @property {boolean} private the presenter shows pictures that the room may not see
 */

const HAND = 600; // milliseconds after which a change was not by the reader's hand any more
const LISTENED = ["pointerdown", "pointermove", "keydown", "input", "change", "click"];

/** How many parts this page has that can be shown something: its state, its runs, frames of those. */
const partsHere = () =>
  [...shown.sessions.values()].reduce(
    (count, { status }) => count + 1 + Number(status.frames > 0),
    Number(shown.state !== null),
  );

/**
 * What came of a value that was handed out.
 * @param {any} result numbers, a sentence why there are none, or null
 * @param {{title: Record<string, string>, digits: number}[]} measures
 */
function saidOf(result, measures) {
  if (result === null) return t("The server trains with it in its turn.");
  if (!Array.isArray(result)) return inWords(result);
  const list = measures.map(({ title, digits }, i) =>
    t("{name} {value}", { name: inWords(title), value: number(result[i] ?? NaN, digits) }),
  );
  return t("Result: {list}.", { list: list.join(t(", ")) });
}

export class GuestPage {
  /** @type {Shown | null} */
  #shown = null;
  /** @type {ApiError | null} */
  #why = null;
  /** @type {any} this phone's part of a hand-out */
  #handed = null;
  #over = false;
  #applying = false;
  #knows = 0; // parts of this page that were told what is shown
  #leaving = false;
  #touched = -Infinity;
  #line;
  #question;
  #photo;
  #bar = $("[data-room-bar]");

  /** @param {string} code */
  constructor(code) {
    this.#question = guestQuestion((answer) => this.#line.say({ type: "answer", ...answer }, true));
    this.#photo = guestPhoto(
      (message) => this.#line.say(message),
      (address) => this.#takeWheelTo(address),
    );
    this.#line = roomLine(
      code,
      () => ({ type: "follow", guest: memberHere()?.guest ?? "", ...this.#where() }),
      {
        shown: (told) => this.#take(told),
        question: (asked) => this.#question.update(asked),
        handed: (handed) => {
          this.#handed = handed;
          this.#sayHanded();
        },
        entered: ({ guest }) => change({ guest }),
        refused: (error) => {
          this.#question.refuse(error);
          this.#photo.refuse(error);
        },
        ended: (error) => this.#end(error),
        lost: (why) => {
          this.#why = why;
          this.#say();
        },
      },
    );
    this.#wire();
    onShown(() => this.#onShown());
    onShown(() => this.#photo.draw());
    onLanguage(() => {
      this.#say();
      this.#sayHanded();
    });
    this.#say();
  }

  #where() {
    const path = location.pathname.slice(root().length);
    return { following: follows(), path: path.startsWith("/labs/") || path === "/guide" ? path : "/" };
  }

  #wire() {
    const on = (/** @type {string} */ name, /** @type {() => void} */ act) =>
      $(`[data-room-${name}]`, this.#bar).addEventListener("click", act);
    on("wheel", () => this.#takeWheel(true));
    on("back", () => this.#comeBack());
    on("leave", () => this.#leave());
    const bench = document.querySelector(".bench");
    for (const kind of LISTENED)
      bench?.addEventListener(
        kind,
        (event) => {
          const moving = event.type === "pointermove" && !(/** @type {PointerEvent} */ (event).buttons);
          if (event.isTrusted && !moving) this.#touched = performance.now();
        },
        { capture: true },
      );
  }

  // --- Following ------------------------------------------------------------------------------------

  /** @param {Shown | null} told */
  #take(told) {
    this.#shown = told;
    if (follows()) this.#apply();
    this.#say();
  }

  #apply() {
    const told = this.#shown;
    if (!told || this.#leaving) return;
    const another = showPhoto(told.photo);
    if (location.pathname !== at(told.path)) return this.#go(this.#address(told));
    const { state, sessions } = shown;
    this.#applying = true;
    this.#knows = partsHere();
    if (state) {
      const run = told.runs[""] || state.values.run;
      state.set({ ...fromQuery(told.query, state.rules), ...("run" in state.rules && { run }) });
    }
    for (const [name, session] of sessions) {
      if (told.runs[name] || told.private) session.watch(told.runs[name] ?? "");
      if (name === "") session.lookAt(told.step);
    }
    this.#applying = false;
    if (another) dispatchEvent(new Event("roomphoto"));
  }

  /** @param {Shown} told */
  #address({ path, query }) {
    return at(path) + (query && `?${query}`);
  }

  /** @param {string} address */
  #go(address) {
    this.#leaving = true;
    location.replace(address);
  }

  /** The page has its state, or a run; or the reader has changed something by hand. */
  #onShown() {
    if (this.#applying || !follows()) return;
    const { state } = shown;
    const told = this.#shown;
    if (state && told && performance.now() - this.#touched < HAND) {
      const same =
        toQuery({ ...state.values, run: "" }, state.rules) ===
        toQuery(fromQuery(told.query, state.rules), state.rules);
      if (!same) return this.#takeWheel(this.#isAnotherRun(told));
    }
    // The page has come to its state, or to a run, since it was told what is shown.
    if (told && this.#knows !== partsHere()) queueMicrotask(() => this.#take(told));
  }

  /**
   * Whether a setting was changed that a run follows, not only what the page has of its own.
   * @param {Shown} told
   */
  #isAnotherRun(told) {
    const { state } = shown;
    if (!state) return false;
    const theirs = fromQuery(told.query, state.rules);
    return Object.keys(state.rules).some(
      (name) =>
        name !== "run" &&
        theirs[name] !== state.values[name] &&
        document.querySelector(`[data-control="${name}"]:not([data-page])`) !== null,
    );
  }

  // --- The wheel ------------------------------------------------------------------------------------

  /** @param {boolean} wholly with a run of one's own */
  #takeWheel(wholly) {
    change({ own: true });
    const { state, sessions } = shown;
    this.#line.say({ type: "where", ...this.#where() }, true);
    if (wholly && sessions.size && state) {
      const query = toQuery({ ...state.values, run: "" }, state.rules);
      this.#leaving = true;
      return location.assign(location.pathname + (query && `?${query}`));
    }
    this.#say();
  }

  /** @param {string} address */
  #takeWheelTo(address) {
    change({ own: true });
    this.#line.say({ type: "where", ...this.#where() }, true);
    this.#leaving = true;
    location.assign(address);
  }

  #comeBack() {
    change({ own: false });
    const told = this.#shown;
    // The page opens anew: whatever was tried on it is left behind.
    if (told) this.#go(this.#address(told));
    else this.#say();
  }

  #leave() {
    become(null);
    this.#line.close();
    location.assign(location.pathname + without(location.search, ["run"]));
  }

  /** @param {ApiError} error */
  #end(error) {
    this.#over = true;
    this.#why = error;
    change({ own: true });
    this.#say();
    become(null);
    this.#question.update(null);
    this.#handed = null;
    this.#sayHanded();
  }

  // --- What is said ---------------------------------------------------------------------------------

  /** This phone's value of what is handed out, or its photo, and what came of it. */
  #sayHanded() {
    const place = $("[data-room-handed-mine]", this.#bar);
    const photos = this.#handed?.kind === "photos";
    this.#photo.update(photos ? this.#handed : null);
    place.hidden = !this.#handed || photos;
    if (place.hidden) return;
    const { field, value, result, measures } = this.#handed;
    const mine = t("Your value: {field} = {value}.", { field: inWords(field), value });
    place.textContent = sentences([mine, saidOf(result, measures)]);
    requestAnimationFrame(() => dispatchEvent(new Event("resize")));
  }

  #say() {
    const here = memberHere();
    const following = follows();
    document.documentElement.classList.toggle("following", following);
    this.#bar.hidden = false;
    this.#bar.dataset.state = this.#why ? "bad" : following ? "following" : "own";
    const code = `${here?.code.slice(0, 3)}\u00a0${here?.code.slice(3)}`;
    tell($("[data-room-said]", this.#bar), () => {
      if (this.#why) return this.#why.message;
      if (!following) return t("You are on your own.");
      if (!this.#shown) return t("You are in room {code}. Nothing is shown yet.", { code });
      const other = this.#shown.private ? t("The presenter’s own pictures are not shown to the room.") : "";
      return sentences([t("You follow room {code}.", { code }), other]);
    });
    $("[data-room-wheel]", this.#bar).hidden = this.#over || !following || !shown.state;
    $("[data-room-back]", this.#bar).hidden = this.#over || following;
    tell($("[data-room-leave]", this.#bar), () => (this.#over ? t("Close") : t("Leave")));
    requestAnimationFrame(() => dispatchEvent(new Event("resize")));
  }
}
