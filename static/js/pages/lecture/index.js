/** The page of the lecture script: its states in order, played, checked, given out, kept as file or link. */

import { ApiError, json } from "../../core/api.js";
import { $, all, copyText, download, filledList } from "../../core/dom.js";
import { number, onLanguage, t } from "../../core/i18n.js";
import { keepBefore, keepScript, KEY, keptScript, scriptBefore } from "../../core/lecture/kept.js";
import { play } from "../../core/lecture/player.js";
import {
  minutesOf,
  MOST_STATES,
  NoScript,
  packed,
  parsed,
  unpacked,
  written,
} from "../../core/lecture/script.js";
import { at } from "../../core/place.js";
import { tell } from "../../core/said.js";
import { check } from "./check.js";
import { nameOf } from "./names.js";
import { stateRow } from "./row.js";

/** @typedef {import("../../core/lecture/script.js").Script} Script */
/** @typedef {import("./check.js").Checked} Checked */

const LINK = "#lecture=";
const POPUP = "popup,width=900,height=640";

/** Why a file or link holds no lecture. @type {Record<string, () => string>} */
const WHY_NOT = {
  form: () => t("This is no lecture script of Vitrine."),
  version: () => t("This lecture script comes from a newer Vitrine."),
  path: () => t("This lecture script names a page that is no lab of Vitrine."),
  long: () => t("A lecture script has at most {most} states.", { most: MOST_STATES }),
  link: () => t("The link is cut off or changed: the lecture in it cannot be read."),
};

class LecturePage {
  constructor() {
    /** @type {Script} */
    this.script = keptScript();
    /** @type {Map<string, Checked>} by path */
    this.checked = new Map();
    /** @type {AbortController | null} */
    this.checking = null;
    this.fill = filledList($("[data-lecture-states]"), () =>
      stateRow({
        script: () => this.script,
        checked: (path) => this.checked.get(path),
        change: (script) => this.change(script),
        play: (first) => this.play(first),
      }),
    );
    this.title = /** @type {HTMLInputElement} */ ($("[data-lecture-title]"));
    this.wire();
    onLanguage(() => this.draw());
    addEventListener("hashchange", () => this.openLink());
    // Another tab, or this one on its way, has added a state.
    addEventListener("storage", ({ key }) => key === KEY && this.reread());
    addEventListener("pageshow", ({ persisted }) => persisted && this.reread());
    void this.openLink();
    document.documentElement.dataset.ready = "";
  }

  wire() {
    this.title.addEventListener("input", () => this.change({ ...this.script, title: this.title.value }));
    /** @type {Record<string, () => unknown>} */
    const acts = {
      play: () => this.play(0),
      notes: () => window.open(at("/lecture/notes"), "vitrine-lecture-notes", POPUP),
      check: () => (this.checking ? this.checking.abort() : this.checkAll()),
      "hand-out": () => document.body.classList.toggle("as-hand-out"),
      print: () => window.print(),
      save: () =>
        download("vitrine-lecture.json", new Blob([written(this.script)], { type: "application/json" })),
      link: () => this.copyLink(),
      clear: () => this.replace({ title: "", states: [] }),
      undo: () => this.replace(scriptBefore() ?? this.script),
    };
    for (const button of all("[data-lecture-do]"))
      button.addEventListener("click", () => acts[button.dataset.lectureDo ?? ""]?.());
    for (const button of all("[data-lecture-script]"))
      button.addEventListener("click", () => this.begin(button.dataset.lectureScript ?? ""));
    const file = /** @type {HTMLInputElement} */ ($("[data-lecture-file]"));
    file.addEventListener("change", async () => {
      const text = await file.files?.[0]?.text();
      file.value = "";
      if (text !== undefined) this.take(() => parsed(text));
    });
  }

  reread() {
    this.script = keptScript();
    this.draw();
  }

  /** @param {number} first */
  play(first) {
    if (!play(this.script, first))
      this.say(() => t("This browser keeps nothing: a lecture cannot be played."));
  }

  /** @param {Script} script */
  change(script) {
    this.script = script;
    if (!keepScript(script)) this.say(() => t("This browser keeps nothing: save the lecture as a file."));
    this.draw();
  }

  /** Another lecture takes the place of this one, which comes back by one click. @param {Script} script */
  replace(script) {
    this.checking?.abort();
    if (this.script.states.length) keepBefore(this.script);
    this.checked.clear();
    this.change(script);
  }

  /** @param {() => Script | Promise<Script>} read */
  async take(read) {
    try {
      const script = await read();
      this.say(() => "");
      this.replace(script);
    } catch (error) {
      if (error instanceof NoScript) this.say(WHY_NOT[error.message] ?? (() => ""));
      else if (error instanceof ApiError) this.say(() => error.message);
      else throw error;
    }
  }

  /** A script that comes with Vitrine. @param {string} name */
  begin(name) {
    return this.take(async () => parsed(JSON.stringify(await json(`/api/lectures/${name}`))));
  }

  async openLink() {
    if (location.hash.startsWith(LINK)) {
      const text = location.hash.slice(LINK.length);
      history.replaceState(history.state, "", location.pathname + location.search);
      await this.take(() => unpacked(text));
    }
    this.draw();
  }

  async copyLink() {
    await copyText(location.origin + at("/lecture") + LINK + (await packed(this.script)));
    this.say(() => t("The link holds the whole lecture: whoever opens it has it."));
  }

  async checkAll() {
    this.checking = new AbortController();
    const { signal } = this.checking;
    this.checked.clear();
    const frame = $("[data-lecture-frame]");
    frame.hidden = false;
    try {
      for (const { path } of this.script.states)
        if (!signal.aborted) await this.checkOne(path, frame, signal);
      if (signal.aborted) this.say(() => t("The check was stopped."));
      else this.sayChecked();
    } finally {
      frame.hidden = true;
      this.checking = null;
      this.draw();
    }
  }

  /** @param {string} path @param {HTMLElement} frame @param {AbortSignal} signal */
  async checkOne(path, frame, signal) {
    if (this.checked.has(path)) return;
    this.say(() => t("Checking {name}", { name: nameOf(path) }));
    const record = /** @type {HTMLInputElement} */ ($("[data-lecture-record]")).checked;
    const found = await check(frame, path, signal, record);
    if (!signal.aborted) this.checked.set(path, found);
    this.draw();
  }

  sayChecked() {
    const found = this.script.states.map(({ path }) => this.checked.get(path));
    const bad = found.filter((one) => !one || one.fault).length;
    const seconds = Math.round([...this.checked.values()].reduce((sum, one) => sum + one.seconds, 0));
    const count = found.length;
    this.say(() =>
      bad
        ? t("States that do not open here as they should: {bad} of {count}.", { bad, count })
        : t("Every state opens here ({count}); the trainings took {seconds} s.", { count, seconds }),
    );
  }

  /** @param {() => string} words */
  say(words) {
    tell($("[data-lecture-said]"), words);
  }

  draw() {
    const { states, title } = this.script;
    if (this.title.value !== title) this.title.value = title;
    $("[data-lecture-empty]").hidden = states.length > 0;
    $("[data-lecture-do=undo]").hidden = !scriptBefore()?.states.length;
    for (const one of all("[data-lecture-needs]")) one.toggleAttribute("disabled", !states.length);
    if (this.checking) $("[data-lecture-do=check]").removeAttribute("disabled"); // it can be stopped
    tell($("[data-lecture-do=check]"), () => (this.checking ? t("Stop the check") : t("Check all states")));
    tell($("[data-lecture-total]"), () =>
      states.length
        ? t("States: {count}, minutes: {minutes}", {
            count: states.length,
            minutes: number(minutesOf(this.script), 0),
          })
        : "",
    );
    this.fill(states);
  }
}

new LecturePage();
