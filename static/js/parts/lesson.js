/**
 * The lesson: a step sets a state and brings its levers into hand; what it asks is predicted first, by a
 * choice or a curve drawn by hand, and its answer tells what of that the picture shows.
 */

import { note } from "../core/controls.js";
import { $, all, h } from "../core/dom.js";
import { onLanguage, t } from "../core/i18n.js";
import { isChecked } from "../core/memory.js";
import { onPresenting } from "../core/room/room.js";
import { chartIn } from "../views/chart_places.js";
import { wireNumbers } from "./lesson_numbers.js";

/** @typedef {import("../core/state.js").State} State */

/**
 * "Try this" buttons of the lesson: each sets a state. The other controls go back to their defaults; what
 * the page has of its own (a chosen cell, an open panel) stays unless the step names it.
 * @param {State} state
 * @param {(step: Record<string, any>) => void} [onTry]
 */
export function wireLesson(state, onTry) {
  for (const button of all(".steps .try")) button.addEventListener("click", () => take(state, button, onTry));
  for (const button of all("[data-sketch]")) button.addEventListener("click", () => sketch(state, button));
  for (const button of all("[data-answer]")) button.addEventListener("click", () => fold(button));
  for (const choice of all(".ask input")) choice.addEventListener("change", sayAll);
  document
    .querySelector('[data-dock="lesson"]')
    ?.addEventListener("click", () => requestAnimationFrame(bringCard));
  onLanguage(sayAll);
  wireRoomsCurves(state);
  state.subscribe((changed) => changed.has("lesson") && show(state));
  show(state);
  wireNumbers(state); // after it: whether a step is tried decides which value its text has
  queueMicrotask(openNamed); // once the page has its session
  addEventListener("hashchange", openNamed);
}

const stepOf = (/** @type {HTMLElement} */ button) => JSON.parse(button.dataset.state ?? "{}");

/** @param {State} state @param {HTMLElement} button @param {((step: Record<string, any>) => void)} [onTry] */
function take(state, button, onTry) {
  const step = stepOf(button);
  const defaults = Object.fromEntries(
    Object.entries(state.rules)
      .filter(([name]) => document.querySelector(`[data-control="${name}"]:not([data-page])`))
      .map(([name, rule]) => [name, rule.default]),
  );
  for (const other of all("[data-sketch]"))
    if (!button.closest("li")?.contains(other)) chartOf(other)?.askForGuess(null);
  state.go({ ...defaults, ...step });
  onTry?.(step);
  document.querySelector(".views")?.scrollTo({ top: 0 });
  if (!isChecked()) document.querySelector(".stage")?.scrollIntoView({ block: "start" });
}

/** The step that the address names is the open one, and its state the one on show. @param {State} state */
function show(state) {
  const { lesson } = state.values;
  for (const tried of all("[data-tried]")) tried.removeAttribute("data-tried");
  const step = lesson ? document.querySelector(`#step-${lesson}`) : null;
  if (!step) return;
  step.setAttribute("data-tried", "");
  $("details", step).setAttribute("open", "");
  bringCard();
}

/** Where steps are cards beside each other, the tried one comes into view. */
function bringCard() {
  const card = document.querySelector(".steps [data-tried]");
  if (card instanceof HTMLElement) $(".steps").scrollLeft = card.offsetLeft;
}

/** The step of the lesson that an address names: `#step-3`. */
function openNamed() {
  const named = /^#step-\d+$/.test(location.hash);
  const details = named ? document.querySelector(`${location.hash} > details`) : null;
  if (named && !details) return forget();
  if (!(details instanceof HTMLDetailsElement)) return;
  details.open = true;
  const opener = all('[data-lesson-drawer], [data-dock="lesson"]').find((one) => one.checkVisibility());
  if (!details.checkVisibility()) opener?.click();
  $(".try", details).click();
}

/** The lesson has no such step: that is said, and the address no longer claims it. */
function forget() {
  history.replaceState(history.state, "", location.pathname + location.search);
  note("[data-refused]", () => t("The lesson has no step of that number."));
}

// --- Predictions ------------------------------------------------------------------------------------

/**
 * A curve is drawn by hand, in the step's view, before its run.
 * @param {State} state
 * @param {HTMLElement} button
 */
function sketch(state, button) {
  const { tab } = stepOf($(".try", /** @type {HTMLElement} */ (button.closest("details"))));
  state.go({ tab });
  const { x, y } = JSON.parse(button.dataset.sketch ?? "{}");
  chartOf(button)?.askForGuess({ x, y });
}

/**
 * Phones of a room draw the curve: they lie in the step's chart alone, then beside what the run draws.
 * @param {State} state
 */
function wireRoomsCurves(state) {
  const lab = document.querySelector(".bench")?.getAttribute("data-lab");
  /** @type {import("../core/room/presenter.js").PresenterPage | null} */
  let page = null;
  /** The button of the sketch whose curves are on show. @type {HTMLElement | null} */
  let shown = null;
  const sketchOf = (/** @type {number | string} */ step) => $(`#step-${step} [data-sketch]`);
  onPresenting((presents, stand) => {
    page = presents;
    const asked = stand?.question;
    const drawn = asked?.kind === "curve" && asked.lesson?.lab === lab ? sketchOf(asked.lesson.step) : null;
    if (shown && shown !== drawn) chartOf(shown)?.showBundle(null, [], false);
    shown = drawn;
    if (drawn) chartOf(drawn)?.showBundle(asked, asked.curves, asked.open);
  });
  for (const button of all("[data-ask-sketch]"))
    button.addEventListener("click", () => {
      const step = Number(button.dataset.askSketch);
      state.go({ tab: stepOf($(`#step-${step} .try`)).tab });
      const log = chartOf(sketchOf(step))?.log;
      page?.say({ type: "ask", lesson: { lab, step, sketch: true, ...(log && { log }) } });
    });
}

/** The chart that a sketch is drawn into. @param {HTMLElement} button */
function chartOf(button) {
  const root = document.querySelector(`.stage [data-${JSON.parse(button.dataset.sketch ?? "{}").chart}]`);
  return root instanceof HTMLElement ? chartIn(root) : undefined;
}

/** @param {HTMLElement} button */
function fold(button) {
  const answer = answerOf(button);
  answer.hidden = !answer.hidden;
  button.setAttribute("aria-expanded", String(!answer.hidden));
  say(button);
}

const answerOf = (/** @type {HTMLElement} */ button) => $(`#${button.getAttribute("aria-controls")}`);
const sayAll = () => all("[data-answer]").forEach(say);

/** What was predicted, and what the picture shows. @param {HTMLElement} button */
function say(button) {
  const answer = answerOf(button);
  if (answer.hidden) return void $("[data-verdict]", answer).replaceChildren();
  const labels = [...(button.closest("details")?.querySelectorAll(".ask label") ?? [])];
  const words = labels.map((label) => label.textContent?.trim() ?? "");
  const said = labels.findIndex((label) => label.querySelector("input")?.checked);
  const right = Number(answer.dataset.right);
  $("[data-verdict]", answer).replaceChildren(
    ...sayVerdict(words[said], words[right] ?? "").map((line) => h("span", {}, line)),
  );
  answer.dataset.agrees = said < 0 ? "" : String(said === right);
}

/** @param {string | undefined} predicted @param {string} right @returns {string[]} lines */
function sayVerdict(predicted, right) {
  if (predicted === undefined) return [t("The answer: {right}", { right })];
  if (predicted === right) return [t("As you predicted: {right}", { right })];
  return [t("You predicted: {predicted}", { predicted }), t("The answer: {right}", { right })];
}
