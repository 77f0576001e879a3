/** Masked words: a sentence with a gap, and what the network and mere frequency put there. */

import { $, h } from "../../core/dom.js";
import { number, onLanguage, sentences, t } from "../../core/i18n.js";
import { fillFigures } from "../../parts/figures.js";
import { percent } from "../../parts/percent.js";
import { chart } from "../../views/chart.js";
import { VARIANTS } from "../../views/marks.js";

/** @typedef {import("../../../types/frames.js").WordsFrame} Frame */

/** The settings that a run on sentences follows. */
export const OWN = ["sentences", "sentence", "hidden_word", "batch_size", "learning_rate", "seed"];

export class MaskedWordsPart {
  /** @type {Frame | null} */
  frame = null;
  drawn = ""; // sentence and language of the words on show
  input = /** @type {HTMLInputElement} */ ($("[data-sentence]"));

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    this.accuracies = chart($("[data-words-right]"), () => ({
      x: t("training steps"),
      overSteps: true,
      y: t("filled rightly"),
      height: 220,
      yRange: [0, 1.02],
      lines: [{ name: t("network, sentences never seen"), color: VARIANTS[0], digits: 2 }],
    }));
    this.losses = chart($("[data-words-losses]"), () => ({
      x: t("training steps"),
      overSteps: true,
      y: t("loss"),
      height: 180,
      lines: [{ name: t("cross-entropy of the gaps, in nats"), color: "--accent", digits: 3 }],
    }));
    this.input.addEventListener("input", () => state.set({ sentence: this.input.value }));
    state.subscribe((changed) => changed.has("sentence") && this.showTyped());
    onLanguage(() => this.draw());
    this.showTyped();
  }

  showTyped() {
    if (this.input.value !== this.state.values.sentence) this.input.value = this.state.values.sentence;
  }

  /** @param {Frame} frame @param {boolean} past */
  show(frame, past) {
    this.frame = frame;
    const { header, arrays, rows } = frame;
    const marker = past ? header.step : null;
    const rule = (/** @type {number} */ y, /** @type {string} */ label, /** @type {number[]} */ dash) => ({
      y,
      label,
      dash,
    });
    this.accuracies.update({
      columns: [arrays.steps, rows.history.accuracy],
      marker,
      rules: [
        rule(header.frequent_right, t("the most frequent word"), [2, 4]),
        rule(header.grammar_right, t("by the grammar"), [8, 4]),
      ],
      summary: saidOf(frame),
    });
    this.losses.update({
      columns: [arrays.steps, rows.history.loss],
      marker,
      rules: [
        rule(header.frequent_loss, t("by frequency"), [2, 4]),
        rule(header.grammar_loss, t("by the grammar"), [8, 4]),
      ],
      summary: t("Loss {loss} at step {step}", {
        loss: number(rows.history.loss.at(-1) ?? NaN, 3),
        step: header.step,
      }),
    });
    this.draw();
  }

  draw() {
    const { frame } = this;
    if (!frame) return;
    this.drawSentence(frame);
    this.drawBars(frame);
    $("[data-words-said]").textContent = saidOf(frame);
    fillFigures($("[data-figures]"), figuresOf(frame));
  }

  /** The words, each a button that hides it; and sentences to take. @param {Frame} frame */
  drawSentence({ header }) {
    const { words, known, gap, examples } = header;
    const drawn = JSON.stringify([words, gap, examples, document.documentElement.lang]);
    if (this.drawn === drawn) return;
    this.drawn = drawn;
    const focused = [...$("[data-words]").children].indexOf(/** @type {Element} */ (document.activeElement));
    $("[data-words]").replaceChildren(...words.map((word, i) => this.wordOf(word, i === gap, known[i], i)));
    if (focused >= 0) /** @type {HTMLElement | undefined} */ ($("[data-words]").children[focused])?.focus();
    $("[data-examples]").replaceChildren(
      ...examples.map((one) =>
        h(
          "button",
          { type: "button", class: "button small", lang: "en", onclick: () => this.take(one) },
          one,
        ),
      ),
    );
    const unknown = words.filter((_, i) => !known[i] && i !== gap);
    $("[data-unknown]").textContent = unknown.length
      ? t("Not in the corpus, and hidden as well: {words}.", { words: unknown.join(t(", ")) })
      : words.length
        ? ""
        : t("Type a sentence in English; then click the word to hide.");
  }

  /** @param {string} word @param {boolean} hidden @param {boolean | undefined} known @param {number} i */
  wordOf(word, hidden, known, i) {
    return h(
      "button",
      {
        type: "button",
        class: `word${known ? "" : " unknown"}`,
        lang: "en",
        "aria-pressed": String(hidden),
        "aria-label": hidden ? t("{word}, hidden", { word }) : t("Hide {word}", { word }),
        onclick: () => this.state.set({ hidden_word: i }),
      },
      hidden ? "____" : word,
    );
  }

  /** @param {string} sentence */
  take(sentence) {
    this.state.set({ sentence });
    this.showTyped();
  }

  /** @param {Frame} frame */
  drawBars({ header, arrays }) {
    const possible = arrays.by_grammar.some((share) => share > 0);
    const said = header.words[header.gap] ?? "";
    $("[data-top]").replaceChildren(
      ...header.top.map((word, i) =>
        barOf(
          word,
          Number(arrays.probabilities[i]),
          possible ? Number(arrays.by_grammar[i]) : null,
          word === said,
        ),
      ),
    );
    $("[data-frequent]").replaceChildren(
      ...header.frequent.map((word, i) => barOf(word, Number(arrays.frequencies[i]), null, word === said)),
    );
  }

  toCsv() {
    return this.accuracies.toCsv();
  }
}

/**
 * @param {string} word
 * @param {number} share
 * @param {number | null} grammar its probability by the grammar; null: there is none
 * @param {boolean} said it stands there in the sentence
 */
function barOf(word, share, grammar, said) {
  const bar = h("i");
  bar.style.width = `${100 * share}%`;
  const mark = h("u");
  if (grammar !== null) mark.style.left = `${100 * grammar}%`;
  return h(
    "li",
    { class: said ? "said-word" : "" },
    h("span", { lang: "en" }, said ? `${word} ✓` : word),
    h("div", { class: "meter" }, bar, ...(grammar === null ? [] : [mark])),
    h("span", { class: "value" }, percent(share, 0)),
  );
}

/** @param {Frame} frame */
function saidOf({ header, rows }) {
  const right = rows.history.accuracy.at(-1) ?? NaN;
  return sentences([
    t(
      "Step {step}: of {tested} gaps in sentences never seen, the network fills {right} rightly. The most frequent word, “{word}”, is right in {frequent}: a margin of {margin} points.",
      {
        step: number(header.step, 0),
        tested: number(header.tested, 0),
        right: percent(right, 0),
        word: header.frequent[0] ?? "",
        frequent: percent(header.frequent_right, 0),
        margin: number(100 * (right - header.frequent_right), 0),
      },
    ),
    t("Whoever knows the grammar fills {grammar}: the other words do not decide every gap.", {
      grammar: percent(header.grammar_right, 0),
    }),
  ]);
}

/** @param {Frame} frame */
function figuresOf({ header, rows }) {
  const right = rows.history.accuracy.at(-1) ?? NaN;
  return [
    [t("gaps filled rightly"), percent(right, 0)],
    [t("by the most frequent word"), percent(header.frequent_right, 0)],
    [t("loss"), number(rows.history.loss.at(-1) ?? NaN, 3)],
    [t("sentences learned from"), number(header.learned_from, 0)],
    [t("labels used for training"), "0"],
  ];
}
