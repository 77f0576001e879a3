/** Where a label comes from: a picture, an operation with a draw, and what both make: input and label. */

import { $, h } from "../../core/dom.js";
import { number, onLanguage, t } from "../../core/i18n.js";
import { picture, pictures } from "./tiles.js";
import { answersOf, taskName, thingName } from "./words.js";

/** @typedef {import("./puzzles.js").Puzzles} Puzzles */

export class LabelPart {
  /** @type {Puzzles | null} */
  of = null;

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    const by = (/** @type {number} */ step) => () => this.go(step);
    $("[data-puzzle-next]").addEventListener("click", by(1));
    $("[data-puzzle-before]").addEventListener("click", by(-1));
    state.subscribe((changed) => changed.has("puzzle") && this.draw());
    onLanguage(() => this.draw());
  }

  /** @param {number} step */
  go(step) {
    const count = this.of?.inputs.length ?? 16;
    this.state.set({ puzzle: (this.state.values.puzzle + step + count) % count });
  }

  /** @param {Puzzles} of */
  show(of) {
    this.of = of;
    this.draw();
  }

  draw() {
    const { of } = this;
    if (!of) return;
    const { task, source } = of.header;
    const i = Math.min(this.state.values.puzzle, of.inputs.length - 1);
    const human = task === "supervised";
    const clip = of.clips[i];
    const original = clip
      ? pictures(clip.filter((_, k) => k % 3 === 0))
      : picture(of.originals[i], t("picture"));
    $("[data-made]").replaceChildren(
      stage(clip ? t("clip") : t("picture"), original, ""),
      arrow(),
      stage(t("operation"), h("p", { class: "operation" }, operationOf(of, i)), human ? "human" : "drawn"),
      arrow(),
      stage(t("input"), pictures(of.inputs[i] ?? []), ""),
      stage(t("label"), labelOf(of, i), human ? "human" : "drawn"),
      othersOf(of, i),
    );
    $("[data-labels-used]").textContent = human
      ? t("Labels used: one for each picture, written by people.")
      : t("Labels used: 0. The label is made from the picture itself.");
    $("[data-source]").textContent = source;
    $("[data-source-name]").textContent = t("The function that makes it: {task}", { task: taskName(task) });
  }
}

const arrow = () => h("span", { class: "arrow", "aria-hidden": "true" }, "→");

/** @param {string} name @param {Node} shown @param {string} look */
const stage = (name, shown, look) => h("figure", { class: look }, shown, h("figcaption", {}, name));

/**
 * The labels that others would learn the same picture from: a person's, and the text beside it. Neither
 * comes from an operation.
 * @param {Puzzles} of @param {number} i
 */
function othersOf(of, i) {
  const { task, names, captions, video } = of.header;
  const written = video ? undefined : names[Number(of.labels[i])];
  const person = written ? h("b", {}, thingName(written)) : h("span", {}, t("Nobody wrote one."));
  const text = captions[i] ? h("b", { lang: "en" }, captions[i]) : h("span", {}, t("No text came with it."));
  return h(
    "div",
    { class: "other-labels", role: "group", "aria-label": t("Not made by an operation") },
    ...(task === "supervised" ? [] : [inline(t("supervised: a person’s label"), person, "human")]),
    inline(t("CLIP: the text beside it"), text, "text"),
  );
}

/** In a line, its name first. @param {string} name @param {Node} shown @param {string} look */
const inline = (name, shown, look) => h("figure", { class: look }, h("figcaption", {}, name), " ", shown);

/** What was done, and what was drawn for it. @param {Puzzles} of @param {number} i */
function operationOf(of, i) {
  const { task } = of.header;
  const answer = answersOf(of.header)[Number(of.truth[i])] ?? "";
  const each = of.inputs[i]?.length ?? 1;
  const frames = Array.from({ length: each }, (_, k) => number(Number(of.at[i * each + k]) + 1, 0)).join(
    ", ",
  );
  /** @type {Record<string, () => string>} */
  const words = {
    rotation: () => t("A turn is drawn at random: {answer}.", { answer }),
    patch: () =>
      t("The middle is cut out, and one of eight neighbors, drawn at random: {answer}.", { answer }),
    color: () => t("The color is taken away and kept as the answer."),
    regression: () => t("The color is taken away and kept as the answer."),
    masked: () => t("Blocks are drawn at random and hidden; what was there is the answer."),
    order: () => t("Frames {frames} are taken, drawn at random.", { frames }),
    sort: () => t("Frames {frames} are taken, in an order drawn at random.", { frames }),
    speed: () => t("A speed is drawn at random, {answer}: frames {frames} are taken.", { answer, frames }),
    frame: () => t("Frames {frames} are taken; the third is hidden and is the answer.", { frames }),
    simclr: () => t("Two views are drawn at random. That they come from one picture is the label."),
    supervised: () => t("A person looks at the picture and writes down what it is."),
  };
  return words[task]?.() ?? "";
}

/** @param {Puzzles} of @param {number} i */
function labelOf(of, i) {
  const { task, names } = of.header;
  const name = answersOf(of.header)[Number(of.truth[i])];
  if (task === "supervised")
    return h("p", { class: "made-label" }, thingName(names[Number(of.truth[i])] ?? ""));
  if (name) return h("p", { class: "made-label" }, name);
  if (task === "simclr") return h("p", { class: "made-label" }, t("one pair"));
  return picture(answerOf(of, i), t("label"));
}

/** @param {Puzzles} of @param {number} i */
function answerOf(of, i) {
  if (of.header.task !== "frame") return of.originals[i];
  return of.clips[i]?.[Number(of.at[i * 4 + 2])];
}
