/** What a guest is asked: the question, and large places to answer it. */

import { $, all, h } from "../dom.js";
import { curvePad } from "./curve_pad.js";
import { number, onLanguage, spoken, t } from "../i18n.js";

/** @typedef {Record<string, string>} Wording by language */
/**
 * @typedef {object} Question as app/rooms/questions.py tells it to a guest
 * @property {number} number
 * @property {"choice" | "number" | "curve"} kind
 * @property {Wording} text
 * @property {Wording[]} choices
 * @property {[number, number] | null} x of a curve: the axes that it is drawn in
 * @property {[number, number] | null} y
 * @property {{x: boolean, y: boolean} | null} log
 * @property {boolean} open
 * @property {any} mine this guest's answer
 * @property {number | null} [right]
 * @property {any} [truth]
 * @property {Wording | null} [why]
 */

/** @param {Wording | null | undefined} wording */
export const inWords = (wording) => wording?.[spoken().split("-", 1)[0] ?? ""] ?? wording?.en ?? "";

/** @param {(answer: Record<string, any>) => void} onAnswer */
export function guestQuestion(onAnswer) {
  const root = $("[data-room-question]");
  /** @type {Question | null} */
  let asked = null;
  /** @type {any} what this page has answered, also before the room has heard it */
  let mine = null;
  let bad = "";

  /** @param {any} value @param {"choice" | "number" | "curve"} kind */
  function answer(value, kind) {
    if (!asked) return;
    mine = value;
    bad = "";
    onAnswer({ question: asked.number, [kind]: value });
    refresh();
  }

  /** Show what is answered by now, and leave the places where the hand or the keyboard is. */
  function refresh() {
    if (!asked) return;
    for (const [i, button] of all("[aria-pressed]", root).entries())
      button.setAttribute("aria-pressed", String(mine === i));
    root.lastElementChild?.replaceWith(said(asked, mine, bad));
  }

  function draw() {
    root.hidden = !asked;
    if (!asked) return void root.replaceChildren();
    const parts = [h("h2", {}, inWords(asked.text)), ...places(asked, mine, answer), said(asked, mine, bad)];
    root.replaceChildren(...parts);
  }
  onLanguage(draw);

  return {
    /** @param {Question | null} next */
    update(next) {
      const again = next && asked && next.number === asked.number && next.open === asked.open;
      if (!again) bad = "";
      asked = next;
      mine = next?.mine ?? null;
      if (again) refresh();
      else draw();
    },
    /** @param {Error} error */
    refuse(error) {
      bad = error.message;
      refresh();
    },
  };
}

/** @param {Question} asked @param {any} mine @param {(value: any, kind: Question["kind"]) => void} answer */
function places(asked, mine, answer) {
  if (asked.kind === "choice")
    return asked.choices.map((choice, i) => choiceButton(asked, choice, i, mine, answer));
  if (asked.kind === "curve") return [curvePad(asked, mine, (heights) => answer(heights, "curve"))];
  return [numberForm(asked, mine, answer)];
}

/**
 * @param {Question} asked @param {Wording} choice @param {number} i @param {any} mine
 * @param {(value: any, kind: Question["kind"]) => void} answer
 */
function choiceButton({ open, right }, choice, i, mine, answer) {
  const state = { type: "button", "aria-pressed": String(mine === i), disabled: !open };
  const button = h("button", { class: "button room-choice", ...state }, inWords(choice));
  if (!open && right === i) button.append(" ", h("b", {}, t("(true)")));
  button.addEventListener("click", () => answer(i, "choice"));
  return button;
}

/** @param {Question} asked @param {any} mine @param {(value: any, kind: Question["kind"]) => void} answer */
function numberForm({ open }, mine, answer) {
  const field = h("input", {
    class: "field",
    type: "number",
    step: "any",
    required: true,
    disabled: !open,
    "aria-label": t("Your number"),
    value: mine ?? "",
  });
  const send = h("button", { class: "button primary", type: "submit", disabled: !open }, t("Answer"));
  const form = h("form", { class: "room-number" }, field, send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (Number.isFinite(field.valueAsNumber)) answer(field.valueAsNumber, "number");
  });
  return form;
}

/** @param {Question} asked @param {any} mine @param {string} bad */
function said(asked, mine, bad) {
  if (bad) return h("p", { class: "bad", role: "alert" }, bad);
  const words = h("p", { role: "status" });
  if (!asked.open && asked.kind === "number" && typeof asked.truth === "number")
    words.append(t("The true number is {truth}.", { truth: number(asked.truth, decimals(asked.truth)) }));
  else if (!asked.open && asked.why) words.append(inWords(asked.why));
  else if (!asked.open) words.append(t("No more answers are taken."));
  else if (mine === null) words.append(t("Nobody learns who answered what."));
  else words.append(t("Your answer is in. You can still change it."));
  return words;
}

/** Decimals of a number as it was typed, six at most. @param {number} value */
export const decimals = (value) => Math.min(6, (String(value).split(".")[1] ?? "").length);
