/** The first picture: eight puzzles with the network's answers, and eight rounds for the visitor. */

import { $, h } from "../../core/dom.js";
import { onLanguage, t } from "../../core/i18n.js";
import { percent } from "../../parts/percent.js";
import { picture, pictures } from "./tiles.js";
import { answersOf, questionOf } from "./words.js";
import { ranked } from "./puzzles.js";

/** @typedef {import("./puzzles.js").Puzzles} Puzzles */
/** @typedef {import("./puzzles.js").Answers} Answers */

export const ROUNDS = 8;

export class PuzzlePart {
  /** @type {Puzzles | null} */
  of = null;
  /** @type {Answers | null} */
  answers = null;
  round = 0;
  /** @type {number[]} the visitor's answers, a round each */
  given = [];
  gallery = $("[data-gallery]");
  /** @type {ReturnType<typeof itemOf>[]} */
  items = [];
  game = $("[data-game]");

  /** @param {(score: number | null) => void} onScore the visitor's share of right rounds, after the last */
  constructor(onScore) {
    this.onScore = onScore;
    addEventListener("keydown", (event) => this.key(event));
    onLanguage(() => this.draw());
  }

  /** @param {Puzzles} of @param {Answers} answers the network's, of the run or shipped */
  show(of, answers) {
    const other = of !== this.of;
    this.of = of;
    this.answers = answers;
    if (other) this.restart();
    else this.fillGallery();
  }

  restart() {
    this.round = 0;
    this.given = [];
    this.onScore(null);
    this.draw();
  }

  draw() {
    if (!this.of) return;
    $("[data-puzzle-question]").textContent = questionOf(this.of.header.task);
    this.buildGallery();
    this.drawGame();
  }

  /** The puzzles: anew for others, or in another language. */
  buildGallery() {
    const { of } = this;
    if (!of) return;
    const count = Math.min(ROUNDS, of.inputs.length);
    this.items = Array.from({ length: count }, (_, i) => itemOf(of, i));
    this.gallery.classList.toggle("wide", (of.inputs[0]?.length ?? 1) > 2);
    this.gallery.replaceChildren(...this.items.map(({ root }) => root));
    this.fillGallery();
  }

  fillGallery() {
    for (const { fill } of this.items) if (this.answers) fill(this.answers);
  }

  // --- You against the network ----------------------------------------------------------------------

  /** The puzzle of this round: not one of those whose answers are on show. */
  get at() {
    return ROUNDS + this.round;
  }

  drawGame() {
    const { of } = this;
    if (!of) return;
    const names = answersOf(of.header);
    const playable = names.length > 0 && of.inputs.length >= 2 * ROUNDS;
    this.game.hidden = !playable;
    $("[data-no-game]").hidden = playable;
    if (!playable) return;
    const over = this.round >= ROUNDS;
    $("[data-round]").textContent = over ? this.result() : this.title();
    $("[data-round-picture]").replaceChildren(...(over ? [] : [pictures(of.inputs[this.at] ?? [], "round")]));
    const given = this.given[this.round];
    $("[data-round-answers]").replaceChildren(...(over ? [] : this.buttons(names, given)));
    $("[data-round-said]").textContent = over || given === undefined ? "" : this.verdict(names, given);
    const next = $("[data-round-next]");
    next.hidden = !over && given === undefined;
    next.textContent = over ? t("Play again") : t("Next");
    next.onclick = () => (over ? this.restart() : this.next());
  }

  title() {
    return t("You against the network: round {n} of {all}", { n: this.round + 1, all: ROUNDS });
  }

  /** @param {string[]} names @param {number | undefined} given */
  buttons(names, given) {
    return names.map((name, i) =>
      h(
        "button",
        {
          type: "button",
          class: `button${given !== undefined && this.of?.truth[this.at] === i ? " right" : ""}`,
          "aria-pressed": String(given === i),
          disabled: given !== undefined,
          onclick: () => this.answer(i),
        },
        i < 9 ? h("kbd", {}, i + 1) : "",
        ` ${name}`,
      ),
    );
  }

  /** @param {number} answer */
  answer(answer) {
    if (this.given[this.round] !== undefined) return;
    this.given[this.round] = answer;
    this.drawGame();
    $("[data-round-next]").focus();
  }

  next() {
    this.round += 1;
    if (this.round >= ROUNDS) this.onScore(this.rightRounds() / ROUNDS);
    this.drawGame();
    const first = this.game.querySelector("[data-round-answers] button");
    if (first instanceof HTMLElement) first.focus();
  }

  rightRounds() {
    return this.given.filter((answer, i) => answer === this.of?.truth[ROUNDS + i]).length;
  }

  networkRight() {
    const { of, answers } = this;
    if (!of || !answers) return 0;
    const all = answersOf(of.header).length;
    return Array.from(
      { length: ROUNDS },
      (_, i) => ranked(answers.scores, ROUNDS + i, all)[0]?.answer,
    ).filter((answer, i) => answer === of.truth[ROUNDS + i]).length;
  }

  result() {
    return t("You: {you} of {all} right. The network: {network} of {all}.", {
      you: this.rightRounds(),
      network: this.networkRight(),
      all: ROUNDS,
    });
  }

  /** @param {string[]} names @param {number} given */
  verdict(names, given) {
    const truth = Number(this.of?.truth[this.at]);
    const top = ranked(this.answers?.scores ?? [], this.at, names.length)[0];
    const values = {
      truth: names[truth] ?? "",
      network: names[top?.answer ?? 0] ?? "",
      share: percent(top?.probability ?? NaN, 0),
    };
    return given === truth
      ? t("Right: {truth}. The network says {network}, with probability {share}.", values)
      : t("No: it is {truth}. The network says {network}, with probability {share}.", values);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = event.target instanceof Element ? event.target : null;
    const digit = Number(event.key);
    if (!this.game.offsetParent || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target?.closest("input, select, textarea, dialog") || !(digit >= 1 && digit <= 9)) return;
    const buttons = this.game.querySelectorAll("[data-round-answers] button");
    const button = buttons[digit - 1];
    if (button instanceof HTMLButtonElement && !button.disabled) button.click();
  }
}

/**
 * A puzzle and its answer: the input stays, the answer is written anew with each frame.
 * @param {Puzzles} of @param {number} i
 */
function itemOf(of, i) {
  const { header, inputs, originals, truth } = of;
  const names = answersOf(header);
  const input = pictures(inputs[i] ?? []);
  const beside = h("div", { class: "beside" }, input);
  const [words, mark] = [h("span"), h("b")];
  const root = h(
    "li",
    {},
    names.length ? input : beside,
    ...(names.length ? [h("p", {}, words, " ", mark)] : []),
  );
  /** @param {Answers} answers */
  function fill(answers) {
    if (!names.length) {
      const painted = answers.painted[i];
      const shown = painted ? [picture(painted, t("answer")), picture(originals[i], t("truth"))] : [];
      beside.replaceChildren(input, ...shown);
      return;
    }
    const top = ranked(answers.scores, i, names.length)[0];
    const right = top?.answer === truth[i];
    root.className = right ? "right" : "wrong";
    words.textContent = t("{answer} ({share})", {
      answer: names[top?.answer ?? 0] ?? "",
      share: percent(top?.probability ?? NaN, 0),
    });
    const due = names[Number(truth[i])] ?? "";
    const verdict = right ? t("right") : t("wrong: {truth}", { truth: due });
    mark.textContent = right ? `✓ ${verdict}` : `✗ ${verdict}`;
  }
  return { root, fill };
}
