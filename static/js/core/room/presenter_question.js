/** What a room was asked, on the projector: the answers as bars or points, then the truth over them. */

import { $, all, h } from "../dom.js";
import { number, sentences, t } from "../i18n.js";
import { decimals, inWords } from "./guest_question.js";

/** @typedef {import("./guest_question.js").Question & {counts?: number[], numbers?: number[],
 *   curves?: (number | null)[][]}} Asked */
/** @typedef {(message: Record<string, any>) => void} Say what a presenter asks of the room */

const WIDTH = 600; // of the points' picture, in its own units
const ROW = 14;

/** @param {Say} say */
export function presenterQuestion(say) {
  const panel = $("[data-room-answers]");
  const on = (/** @type {string} */ name, /** @type {() => void} */ act) =>
    $(`[data-room-${name}]`, panel).addEventListener("click", act);
  on("reveal", () => say({ type: "reveal" }));
  on("withdraw", () => say({ type: "withdraw" }));
  wireAsking(say);
  wireLessons(say);

  return {
    /** @param {{question: Asked | null, counts: {there: number}}} stand */
    update({ question, counts }) {
      panel.hidden = !question;
      if (!question) return;
      const given = givenTo(question);
      $("[data-room-asked]", panel).textContent = inWords(question.text);
      $("[data-room-given]", panel).textContent = t("Answers: {count} · guests: {there}", {
        count: given,
        there: counts.there,
      });
      $("[data-room-picture]", panel).replaceChildren(...pictureOf(question, given));
      $("[data-room-why]", panel).textContent = question.open ? "" : inWords(question.why);
      panel.classList.toggle("small", question.kind === "curve"); // the chart behind it is the picture
      $("[data-room-reveal]", panel).hidden = !question.open;
    },
  };
}

/** @param {Asked} asked */
const givenTo = ({ counts, numbers, curves }) =>
  counts?.reduce((sum, n) => sum + n, 0) ?? numbers?.length ?? curves?.length ?? 0;

/** @param {Asked} asked @param {number} given */
function pictureOf(asked, given) {
  if (asked.kind === "choice") return barsOf(asked, given);
  if (asked.kind === "curve") return [h("p", { class: "hint" }, curvesSaid(asked))];
  return pointsOf(asked);
}

/** The curves lie in the chart that they are drawn for. @param {Asked} asked */
const curvesSaid = ({ open }) =>
  open
    ? t("The curves lie in the chart of this step. What the run draws is hidden until the truth is shown.")
    : t("What the run draws is the truth: run the step, and compare.");

/** @param {Asked} asked @param {number} given */
function barsOf({ choices, counts = [], open, right }, given) {
  const most = Math.max(1, ...counts);
  return choices.map((choice, i) => {
    const count = counts[i] ?? 0;
    const isRight = !open && right === i;
    const bar = h("meter", { min: 0, max: most, value: count, "aria-hidden": "true" });
    const share = given
      ? t("{count} ({percent}%)", { count, percent: Math.round((100 * count) / given) })
      : "0";
    const name = h("span", { class: "room-bar-name" }, inWords(choice));
    if (isRight) name.append(" ", h("b", {}, t("(true)")));
    return h("div", { class: `room-answer${isRight ? " right" : ""}` }, name, bar, h("span", {}, share));
  });
}

/**
 * Numbers as points on a line, stacked where they are close, and the truth as a line over them.
 * @param {Asked} asked
 */
function pointsOf({ numbers = [], open, truth }) {
  const told = !open && typeof truth === "number" ? truth : null;
  const values = told === null ? numbers : [...numbers, told];
  if (!values.length) return [h("p", { class: "hint" }, t("No answer yet."))];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const at = (/** @type {number} */ x) =>
    high > low ? 20 + ((WIDTH - 40) * (x - low)) / (high - low) : WIDTH / 2;
  const heights = stacked(numbers.map(at));
  const height = Math.max(60, ROW * (Math.max(0, ...heights) + 2));
  const dots = numbers.map((x, i) =>
    svg("circle", { cx: at(x), cy: height - 8 - ROW * (heights[i] ?? 0), r: 5 }),
  );
  const line = told === null ? [] : [svg("line", { x1: at(told), x2: at(told), y1: 0, y2: height })];
  const summary = summaryOf(numbers, told);
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": summary, class: "room-points" },
    ...dots,
    ...line,
  );
  const ends = h("p", { class: "room-ends" }, h("span", {}, shownAs(low)), h("span", {}, shownAs(high)));
  return [picture, ends, h("p", { class: "hint" }, summary)];
}

/** How many points lie below each. @param {number[]} places sorted @returns {number[]} */
export function stacked(places) {
  /** @type {number[]} */
  const last = []; // the place of the last point in each row
  return places.map((x) => {
    const free = last.findIndex((other) => x - other >= ROW - 2);
    const row = free < 0 ? last.length : free;
    last[row] = x;
    return row;
  });
}

/** @param {number[]} numbers sorted @param {number | null} truth */
function summaryOf(numbers, truth) {
  const middle = numbers[Math.floor((numbers.length - 1) / 2)];
  const said = middle === undefined ? "" : t("Median of the answers: {median}.", { median: shownAs(middle) });
  const told = truth === null ? "" : t("The true number is {truth}.", { truth: shownAs(truth) });
  return sentences([said, told]);
}

/** @param {number} x */
const shownAs = (x) => number(x, decimals(x));

/** @param {string} tag @param {Record<string, any>} attributes @param {...Node} children */
function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

// --- Asking -----------------------------------------------------------------------------------------

/** A question that is typed. @param {Say} say */
function wireAsking(say) {
  const form = /** @type {HTMLFormElement} */ ($("[data-room-ask]"));
  const field = (/** @type {string} */ name) =>
    /** @type {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} */ (form.elements.namedItem(name));
  const showKind = () =>
    all("[data-room-kind]", form).forEach(
      (part) => (part.hidden = part.dataset.roomKind !== field("kind").value),
    );
  field("kind").addEventListener("change", showKind);
  form.addEventListener("input", () =>
    /** @type {HTMLTextAreaElement} */ (field("choices")).setCustomValidity(""),
  );
  showKind();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const choices = /** @type {HTMLTextAreaElement} */ (field("choices"));
    const few = field("kind").value === "choice" && linesOf(choices.value).length < 2;
    choices.setCustomValidity(few ? t("Type two choices or more, one per line.") : "");
    if (!form.reportValidity()) return;
    say({ type: "ask", typed: typedOf(field) });
    /** @type {HTMLDialogElement} */ ($("[data-room-dialog]")).close();
  });
}

/** @param {string} text */
const linesOf = (text) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** @param {(name: string) => {value: string}} field */
function typedOf(field) {
  const text = field("text").value.trim();
  if (field("kind").value === "number") {
    const truth = field("truth").value.trim();
    return { kind: "number", text, truth: truth === "" ? null : Number(truth) };
  }
  const lines = linesOf(field("choices").value);
  const right = lines.findIndex((line) => line.startsWith("*"));
  return {
    kind: "choice",
    text,
    choices: lines.map((line) => line.replace(/^\*\s*/, "")),
    right: right < 0 ? null : right,
  };
}

/** Each question of the lesson can be asked to the room. @param {Say} say */
function wireLessons(say) {
  const lab = document.querySelector(".bench")?.getAttribute("data-lab");
  if (!lab) return;
  for (const button of all("[data-ask-room]"))
    button.addEventListener("click", () =>
      say({ type: "ask", lesson: { lab, step: Number(button.dataset.askRoom), sketch: false } }),
    );
}
