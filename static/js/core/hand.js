/**
 * The controls in hand: those of the lesson's step, then those that matter to the view on show; the others
 * wait folded.
 */

import { $, all, oncePerFrame } from "./dom.js";
import { onLanguage, t } from "./i18n.js";
import { recall, remember } from "./memory.js";

const KEY = "groups"; // names of the unfolded groups, for this visit

/** @param {import("./state.js").State} state */
export function wireHand(state) {
  const hand = /** @type {HTMLFieldSetElement | null} */ (document.querySelector("[data-hand]"));
  if (!hand) return;
  const folds = /** @type {HTMLDetailsElement[]} */ (all("[data-fold]"));
  const groups = folds.map((fold) => ({
    fold,
    fieldset: $("[data-group]", fold),
    controls: all("[data-control]", fold),
  }));

  /** Bring the levers of the view on show to hand, in its own order; the others go home. */
  function take() {
    const names = [...new Set([...leversOfStep(state.values.lesson), ...leversOf(state.values.tab)])];
    const found = names.flatMap((name) => all(`.control[data-control="${name}"]`));
    for (const { fieldset, controls } of groups) {
      fieldset.append(...controls.filter((control) => !found.includes(control)));
    }
    hand?.append(...found);
    tidy();
  }
  const tidy = oncePerFrame(() => {
    if (hand) hand.hidden = !all("[data-control]", hand).some((control) => !control.hidden);
    for (const { fold, fieldset } of groups) {
      const shown = all("[data-control]", fieldset).filter((control) => !control.hidden);
      const changed = shown.filter((control) => control.classList.contains("changed")).length;
      fold.hidden = !shown.length;
      $("[data-fold-said]", fold).textContent = changed ? t("changed: {count}", { count: changed }) : "";
    }
  });
  wireFolds(folds);
  state.subscribe((changed) => (changed.has("tab") || changed.has("lesson") ? take() : tidy()));
  onLanguage(tidy);
  // A mode of the lab hides what has no say in it.
  new MutationObserver(tidy).observe($(".controls"), { subtree: true, attributeFilter: ["hidden"] });
  take();
}

/** Names of the controls that matter most to a view. @param {string} view */
const leversOf = (view) =>
  (all("[data-tab]").find((tab) => tab.dataset.tab === view)?.dataset.levers ?? "")
    .split(" ")
    .filter(Boolean);

/** Those of the step of the lesson that was tried last. @param {number} lesson from 1; 0: none */
const leversOfStep = (lesson) =>
  (document.querySelector(`#step-${lesson} .try`)?.getAttribute("data-levers") ?? "")
    .split(" ")
    .filter(Boolean);

/** Which groups are open stays so for the visit. @param {HTMLDetailsElement[]} folds */
function wireFolds(folds) {
  const unfold = $("[data-unfold]");
  const open = new Set((recall(KEY) ?? "").split("\n"));
  const keep = () => {
    remember(KEY, [...open].join("\n"));
    unfold.setAttribute("aria-pressed", String(folds.every((fold) => fold.open)));
  };
  for (const fold of folds) {
    const name = fold.dataset.fold ?? "";
    fold.open = open.has(name) || open.has("*");
    fold.addEventListener("toggle", () => {
      if (fold.open) open.add(name);
      else for (const closed of [name, "*"]) open.delete(closed);
      keep();
    });
  }
  unfold.addEventListener("click", () => {
    const opening = !folds.every((fold) => fold.open);
    if (opening) open.add("*");
    for (const fold of folds) fold.open = opening;
  });
}
