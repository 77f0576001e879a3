/** A small CLIP: the matrix of pictures and texts, a row and a column of it, and prompts that are typed. */

import { $, h, token } from "../../core/dom.js";
import { number, onLanguage, sentences, t } from "../../core/i18n.js";
import { tilesOf } from "../../core/pixels.js";
import { fillFigures } from "../../parts/figures.js";
import { percent } from "../../parts/percent.js";
import { chart } from "../../views/chart.js";
import { VARIANTS } from "../../views/marks.js";
import { similarity } from "../../views/similarity.js";
import { SIDE } from "./puzzles.js";
import { picture } from "./tiles.js";

/** @typedef {import("../../../types/frames.js").PairsFrame} Frame */

/** The settings that a run on pairs follows. */
export const OWN = ["count", "prompts", "batch_size", "learning_rate", "seed"];

export class PairsPart {
  /** @type {Frame | null} */
  frame = null;
  /** @type {OffscreenCanvas[]} */
  tiles = [];
  input = /** @type {HTMLInputElement} */ ($("[data-prompts]"));

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    this.matrix = similarity($("[data-pairs-matrix]"), {
      onChoose: (pair, text) => state.set({ pair, text }),
    });
    this.accuracies = chart($("[data-pairs-right]"), () => ({
      x: t("training steps"),
      overSteps: true,
      y: t("accuracy"),
      height: 200,
      yRange: [0, 1.02],
      lines: [
        { name: t("zero-shot, held-out pictures"), color: VARIANTS[0], digits: 2 },
        { name: t("own text found"), color: VARIANTS[1], digits: 2, dash: [6, 4] },
      ],
    }));
    this.input.addEventListener("input", () => state.set({ prompts: this.input.value }));
    state.subscribe((changed) => {
      if (changed.has("prompts")) this.showTyped();
      if (changed.has("pair") || changed.has("text")) this.draw();
    });
    onLanguage(() => this.draw());
    this.showTyped();
  }

  showTyped() {
    if (this.input.value !== this.state.values.prompts) this.input.value = this.state.values.prompts;
  }

  /** @param {Frame} frame @param {boolean} past */
  show(frame, past) {
    if (this.frame?.arrays.pictures.join() !== frame.arrays.pictures.join())
      this.tiles = tilesOf(frame.arrays.pictures, SIDE);
    this.frame = frame;
    const { header, arrays, rows } = frame;
    this.accuracies.update({
      columns: [arrays.steps, rows.history["zero-shot"], rows.history.matched],
      marker: past ? header.step : null,
      rules: [{ y: header.chance, label: t("guessing"), dash: [2, 4] }],
      summary: saidOf(frame),
    });
    this.draw();
  }

  draw() {
    const { frame } = this;
    if (!frame) return;
    const { pair, text } = this.state.values;
    this.matrix.update({
      values: frame.arrays.similarities,
      tiles: this.tiles,
      columns: this.tiles.map((_, i) => numberTile(i + 1)),
      chosen: [pair, text],
      summary: this.sayChosen(frame),
    });
    this.drawTexts(frame);
    this.drawPrompts(frame);
    $("[data-pairs-chosen]").textContent = this.sayChosen(frame);
    $("[data-pairs-said]").textContent = saidOf(frame);
    fillFigures($("[data-figures]"), figuresOf(frame));
  }

  /** What the chosen cell says, seen from its picture and from its text. @param {Frame} frame */
  sayChosen({ header, arrays }) {
    const { pair, text } = this.state.values;
    const count = header.captions.length;
    const at = (/** @type {number} */ i, /** @type {number} */ j) =>
      Number(arrays.similarities[i * count + j]);
    const every = Array.from({ length: count }, (_, k) => k);
    const along = (/** @type {(k: number) => number} */ of) => {
      const sum = every.reduce((all, k) => all + Math.exp(header.scale * (of(k) - at(pair, text))), 0);
      return percent(1 / sum, 0);
    };
    return t(
      "Picture {pair} and text {text}: similarity {similarity}. Of the ten texts it gets {row} of the picture’s softmax; of the ten pictures, {column} of the text’s.",
      {
        pair: pair + 1,
        text: text + 1,
        similarity: number(at(pair, text), 2),
        row: along((k) => at(pair, k)),
        column: along((k) => at(k, text)),
      },
    );
  }

  /** The chosen picture's own text, and that of the chosen column. @param {Frame} frame */
  drawTexts({ header }) {
    const { pair, text } = this.state.values;
    $("[data-own-name]").textContent = t("Came with picture {number}", { number: pair + 1 });
    $("[data-own-text]").textContent = header.captions[pair] ?? "";
    $("[data-text-name]").textContent = t("Text {number}", { number: text + 1 });
    $("[data-other-text]").textContent = header.captions[text] ?? "";
  }

  /** The chosen picture, and what each prompt gets of its softmax. @param {Frame} frame */
  drawPrompts({ header, arrays }) {
    const { pair } = this.state.values;
    const count = header.prompts.length;
    const shares = arrays.prompted.slice(pair * count, (pair + 1) * count);
    const most = Math.max(...shares);
    $("[data-prompted-picture]").replaceChildren(
      picture(this.tiles[pair], t("Picture {number}", { number: pair + 1 })),
    );
    $("[data-prompted]").replaceChildren(
      ...header.prompts.map((prompt, i) => promptBar(prompt, Number(shares[i]), shares[i] === most)),
    );
    $("[data-prompts-said]").textContent = sayPrompts(header);
  }

  toCsv() {
    return this.accuracies.toCsv();
  }
}

/** A text's number over its column. @param {number} name */
function numberTile(name) {
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = token("--card");
  context.fillRect(0, 0, SIDE, SIDE);
  context.fillStyle = token("--ink");
  context.font = "20px sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(String(name), SIDE / 2, SIDE / 2 + 1);
  return canvas;
}

/** @param {string} prompt @param {number} share @param {boolean} most */
function promptBar(prompt, share, most) {
  const bar = h("i");
  bar.style.width = `${100 * share}%`;
  return h(
    "li",
    { class: most ? "said-word" : "" },
    h("span", { lang: "en" }, prompt),
    h("div", { class: "meter" }, bar),
    h("span", { class: "value" }, percent(share, 0)),
  );
}

/** @param {Frame["header"]} header */
function sayPrompts({ prompts_right: right, prompts_classes: classes, prompts_tested: tested, unknown }) {
  const words = unknown.length
    ? t("No caption has these words: {words}.", { words: unknown.join(t(", ")) })
    : "";
  const test =
    right < 0
      ? t("Where each prompt names one thing, the held-out pictures test them.")
      : t(
          "Your prompts name {share} of {tested} held-out pictures rightly; guessing among {classes}: {chance}.",
          {
            share: percent(right, 0),
            tested: number(tested, 0),
            classes: number(classes, 0),
            chance: percent(1 / classes, 0),
          },
        );
  return sentences([test, words]);
}

/** @param {Frame} frame */
function saidOf({ header, rows }) {
  const right = rows.history["zero-shot"].at(-1) ?? NaN;
  return sentences([
    t(
      "Step {step}: with one prompt for each class, {share} of {tested} held-out pictures get the right one; guessing gets {chance}.",
      {
        step: number(header.step, 0),
        share: percent(right, 0),
        tested: number(header.tested, 0),
        chance: percent(header.chance, 0),
      },
    ),
    t("Zero-shot: no classifier was trained, and no class was ever a label. The captions did name things."),
  ]);
}

/** @param {Frame} frame */
function figuresOf({ header, rows }) {
  return [
    [
      t("loss of {count} held-out pairs", { count: header.batch }),
      number(rows.history.loss.at(-1) ?? NaN, 3),
    ],
    [t("own text found"), percent(rows.history.matched.at(-1) ?? NaN, 0)],
    [t("zero-shot accuracy"), percent(rows.history["zero-shot"].at(-1) ?? NaN, 0)],
    [t("learned scale 1/τ"), number(header.scale, 1)],
    [t("class labels used"), "0"],
  ];
}
