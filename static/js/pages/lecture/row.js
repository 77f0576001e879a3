/** A state in the list of a lecture: its place, its minutes, its note, and what its check found. */

import { $, download, h } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { minutesUntil, moved } from "../../core/lecture/script.js";
import { at } from "../../core/place.js";
import { tell } from "../../core/said.js";
import { nameOf } from "./names.js";

/** @typedef {import("../../core/lecture/script.js").Script} Script */
/** @typedef {import("../../core/lecture/script.js").LectureState} LectureState */
/**
 * @typedef {object} Lecture
 * @property {() => Script} script
 * @property {(path: string) => import("./check.js").Checked | undefined} checked
 * @property {(script: Script) => void} change
 * @property {(first: number) => void} play
 */

/** What is wrong with a page, where it does not say so itself. @type {Record<string, () => string>} */
const FAULTS = {
  "not ready": () => t("It did not open within a minute."),
  "not trained": () => t("Its training did not come to the step within three minutes."),
};

/**
 * A row that is filled again and again, and knows its place by the list.
 * @param {Lecture} lecture
 * @returns {{root: HTMLElement, fill: (state: LectureState) => void}}
 */
export function stateRow(lecture) {
  const root = h("li", { class: "lecture-state" });
  const place = () => [...(root.parentElement?.children ?? [])].indexOf(root);
  const head = headOf();
  const fields = fieldsOf(lecture, place);
  const outcome = h("p", { class: "lecture-outcome" });
  root.append(head.code, head.root, fields.minutes, movesOf(lecture, place), fields.note, outcome);
  const fill = (/** @type {LectureState} */ state) => {
    const { states } = lecture.script();
    head.fill(state, minutesUntil(lecture.script(), states.indexOf(state)));
    fields.fill(state);
    fillOutcome(outcome, state.path, lecture.checked(state.path));
  };
  return { root, fill };
}

/** The name, the minute at which it ends, and the hand-out's code. */
function headOf() {
  const link = h("a", { class: "lecture-name" });
  const until = h("span", { class: "hint lecture-until" });
  const address = h("span", { class: "lecture-address" });
  const code = h("img", { class: "lecture-code", width: 96, height: 96, alt: "", loading: "lazy" });
  code.addEventListener("error", () => (code.hidden = true)); // the address is too long for one
  const fill = (/** @type {LectureState} */ { path }, /** @type {number} */ minute) => {
    link.textContent = nameOf(path);
    link.href = at(path);
    address.textContent = ($("[data-base]").dataset.base ?? "") + path; // as others reach it
    until.textContent = t("until minute {minute}", { minute: number(minute, 0) });
    const picture = at(`/api/lectures/code.svg?${new URLSearchParams({ path })}`);
    if (code.getAttribute("src") === picture) return;
    code.hidden = false;
    code.src = picture;
  };
  return { root: h("div", { class: "lecture-head" }, link, until, address), code, fill };
}

/** What the lecturer writes. @param {Lecture} lecture @param {() => number} place */
function fieldsOf(lecture, place) {
  const minutes = h("input", { class: "field", type: "number", min: 0, max: 600, step: 0.5 });
  const note = h("textarea", { class: "field", rows: 2, maxlength: 4000 });
  const edit = (/** @type {Partial<LectureState>} */ changes) => {
    const here = place();
    const script = lecture.script();
    const states = script.states.map((state, i) => (i === here ? { ...state, ...changes } : state));
    lecture.change({ ...script, states });
  };
  minutes.addEventListener("input", () => {
    const { valueAsNumber: asked } = minutes;
    if (asked >= 0 && asked <= 600) edit({ minutes: asked }); // NaN while it is typed
  });
  note.addEventListener("input", () => edit({ note: note.value }));
  const fill = (/** @type {LectureState} */ state) => {
    if (document.activeElement !== minutes) minutes.value = String(state.minutes);
    if (note.value !== state.note) note.value = state.note;
  };
  return {
    minutes: h(
      "label",
      { class: "lecture-minutes" },
      tell(h("span"), () => t("Minutes")),
      minutes,
    ),
    note: h(
      "label",
      { class: "lecture-note" },
      tell(h("span"), () => t("Note to yourself")),
      note,
    ),
    fill,
  };
}

/** Buttons that move, play and remove a state. @param {Lecture} lecture @param {() => number} place */
function movesOf(lecture, place) {
  const move = (/** @type {number} */ way) => {
    const script = lecture.script();
    const to = place() + way;
    if (to >= 0 && to < script.states.length) lecture.change(moved(script, place(), to));
  };
  const remove = () => {
    const script = lecture.script();
    const here = place();
    lecture.change({ ...script, states: script.states.filter((_, i) => i !== here) });
  };
  /** @type {[string, () => string, () => void][]} */
  const acts = [
    ["↑", () => t("Earlier"), () => move(-1)],
    ["↓", () => t("Later"), () => move(1)],
    ["▷", () => t("Play from here"), () => lecture.play(place())],
    ["✕", () => t("Remove"), remove],
  ];
  const buttons = acts.map(([sign, name, onclick]) =>
    tell(h("button", { class: "tool", type: "button", onclick }, sign), name, "aria-label"),
  );
  return h("span", { class: "lecture-moves" }, ...buttons);
}

/**
 * @param {HTMLElement} root
 * @param {string} path
 * @param {import("./check.js").Checked | undefined} found
 */
function fillOutcome(root, path, found) {
  root.classList.toggle("bad", Boolean(found?.fault));
  if (!found) return root.replaceChildren();
  const { fault, steps, seconds, file } = found;
  if (fault) return root.replaceChildren(FAULTS[fault]?.() ?? fault);
  root.replaceChildren(
    steps
      ? t("Opens here; trained {steps} steps in {seconds} s.", { steps, seconds: number(seconds, 1) })
      : t("Opens here."),
  );
  if (!file) return;
  const onclick = () => download(`${nameOf(path).replace(/[^\p{L}\p{N}]+/gu, "-")}.html`, file);
  root.append(" ", h("button", { class: "link", type: "button", onclick }, t("Save its recorded page")));
}
