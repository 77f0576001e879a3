/** Clips: four frames to be put in order, and the speed with the frames it skipped. */

import { postForFrame } from "../../core/api.js";
import { configOf } from "../../core/controls.js";
import { $, all, h } from "../../core/dom.js";
import { onLanguage, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { tell } from "../../core/said.js";
import { choiceButtons } from "../../parts/choice_buttons.js";
import { percent } from "../../parts/percent.js";
import { chooseClip, lacksClip } from "./own_clip.js";
import { picture } from "./tiles.js";
import { ranked, puzzlesOf } from "./puzzles.js";
import { answersOf, ORDERS, wordsOf } from "./words.js";

/** @typedef {import("./puzzles.js").Puzzles} Puzzles */

const CLIPS = 8;
const BEST = 4; // of the network's answers that are shown

export class VideoPart {
  /** @type {Puzzles | null} */
  of = null;
  clip = 0;
  /** @type {number[]} which of the frames shown stands at each place */
  order = [0, 1, 2, 3];
  guessed = -1; // of the speeds
  told = false; // whether the truth is on show

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    this.showChoice = choiceButtons(state, ["watched"], $('[data-view-of="video"]'));
    this.showChoice();
    this.query = newest({
      ask: (/** @type {Record<string, any>} */ config, signal) =>
        postForFrame("/api/pretext/puzzles", { config }, signal),
      show: (answer) => {
        this.of = puzzlesOf(answer, "");
        this.go(0);
      },
      fail: (error) => this.clear(() => wordsOf(error)),
    });
    state.subscribe(() => {
      this.showChoice();
      this.ask();
    });
    $("[data-clip-next]").addEventListener("click", () => this.go(1));
    $("[data-clip-check]").addEventListener("click", () => {
      this.told = true;
      this.draw();
    });
    onLanguage(() => this.draw());
    this.ask();
  }

  ask() {
    const { tab, watched, seed } = this.state.values;
    if (tab !== "video") return;
    if (lacksClip(this.state.values)) {
      this.query.drop();
      this.clear(chooseClip);
      return;
    }
    const config = { ...configOf(this.state.values), task: watched, data: "objects", pictures: "", seed };
    this.query.want({
      ...config,
      start: "random",
      learning_rate: 0.002,
      batch_size: 64,
      count: 2000,
      classes: "auto",
    });
  }

  /** Nothing is on show but why. @param {() => string} why */
  clear(why) {
    this.of = null;
    for (const name of ["parts", "answers", "strip"]) $(`[data-clip-${name}]`).replaceChildren();
    $("[data-clip-check]").hidden = true;
    tell($("[data-video-said]"), why);
  }

  /** @param {number} step to the next clip, or none */
  go(step) {
    this.clip = step ? (this.clip + step) % CLIPS : 0;
    this.order = [0, 1, 2, 3];
    this.guessed = -1;
    this.told = false;
    this.draw();
  }

  draw() {
    const { of } = this;
    if (!of) return;
    const { task } = of.header;
    const sorting = task === "sort";
    $("[data-clip-check]").hidden = !sorting || this.told;
    $("[data-clip-parts]").replaceChildren(...(sorting ? this.sorting(of) : this.speed(of)));
    $("[data-clip-answers]").replaceChildren(...(this.told ? this.networkSays(of) : []));
    $("[data-clip-strip]").replaceChildren(...(this.told || !sorting ? this.strip(of) : []));
    $("[data-video-said]").textContent = this.sentence(of);
  }

  /** The frames as cards that change places. @param {Puzzles} of */
  sorting(of) {
    const frames = of.inputs[this.clip] ?? [];
    return this.order.map((frame, place) => this.card(frames[frame], place));
  }

  /** @param {OffscreenCanvas | undefined} tile @param {number} place */
  card(tile, place) {
    const move = (/** @type {number} */ to, /** @type {string} */ name, /** @type {string} */ sign) =>
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": name,
          disabled: to < 0 || to > 3 || this.told,
          onclick: () => this.swap(place, to),
        },
        sign,
      );
    const [earlier, later] = [
      t("Frame {place} earlier", { place: place + 1 }),
      t("Frame {place} later", { place: place + 1 }),
    ];
    const card = h(
      "figure",
      { draggable: String(!this.told) },
      picture(tile, t("frame at place {place}", { place: place + 1 })),
      h("figcaption", {}, move(place - 1, earlier, "←"), move(place + 1, later, "→")),
    );
    card.addEventListener("dragstart", (event) => event.dataTransfer?.setData("text/plain", String(place)));
    card.addEventListener("dragover", (event) => event.preventDefault());
    card.addEventListener("drop", (event) => {
      event.preventDefault();
      this.swap(Number(event.dataTransfer?.getData("text/plain")), place);
    });
    return card;
  }

  /** @param {number} from @param {number} to */
  swap(from, to) {
    if (this.told || !(from >= 0) || from === to) return;
    const [moved] = this.order.splice(from, 1);
    this.order.splice(to, 0, /** @type {number} */ (moved));
    this.draw();
    const card = all("figure", $("[data-clip-parts]"))[to];
    const buttons = card ? all("button:not(:disabled)", card) : [];
    buttons.at(to > from ? -1 : 0)?.focus();
  }

  /** @param {Puzzles} of */
  speed(of) {
    const names = answersOf(of.header);
    const frames = (of.inputs[this.clip] ?? []).map((tile) => h("figure", {}, picture(tile)));
    const buttons = names.map((name, i) =>
      h(
        "button",
        {
          type: "button",
          class: "button",
          "aria-pressed": this.guessed === i,
          disabled: this.told,
          onclick: () => {
            this.guessed = i;
            this.told = true;
            this.draw();
          },
        },
        name,
      ),
    );
    return [...frames, h("div", { class: "answers" }, ...buttons)];
  }

  /** The network's answers by probability. @param {Puzzles} of */
  networkSays(of) {
    const names = answersOf(of.header);
    if (!names.length || !of.shipped.scores.length) return [];
    return ranked(of.shipped.scores, this.clip, names.length)
      .slice(0, BEST)
      .map(({ answer, probability }) => {
        const bar = h("i");
        bar.style.width = `${100 * probability}%`;
        const right = answer === of.truth[this.clip];
        return h(
          "li",
          { class: right ? "right" : "" },
          h("span", {}, `${right ? "✓ " : ""}${names[answer]}`),
          h("div", { class: "meter" }, bar),
          h("span", {}, percent(probability, 0)),
        );
      });
  }

  /** All frames of the clip, those taken framed. @param {Puzzles} of */
  strip(of) {
    const taken = new Set(Array.from({ length: 4 }, (_, i) => Number(of.at[this.clip * 4 + i])));
    return (of.clips[this.clip] ?? []).map((tile, i) =>
      h(
        "li",
        { class: this.told && taken.has(i) ? "picked" : "" },
        picture(tile, t("frame {n}", { n: i + 1 })),
      ),
    );
  }

  /** @param {Puzzles} of */
  sentence(of) {
    const truth = Number(of.truth[this.clip]);
    const { task, clips } = of.header;
    if (!this.told) return askOf(task, clips);
    if (task === "speed" && clips === "own")
      return t("It is {truth}. The frames that were skipped stand between the framed ones.", {
        truth: answersOf(of.header)[truth] ?? "",
      });
    if (task === "speed" && clips === "pans")
      return t(
        "It is {truth}. The frames that were skipped stand between the framed ones: look at how far the photo moves.",
        { truth: answersOf(of.header)[truth] ?? "" },
      );
    if (task === "speed")
      return t(
        "It is {truth}. The frames that were skipped stand between the framed ones: look at how far the thing goes, and at how its path bends.",
        { truth: answersOf(of.header)[truth] ?? "" },
      );
    return this.sortedRight(truth)
      ? t("Right. Numbers are the times of the frames in the order in which they were shown.")
      : t("Not so: the right order is in the strip below, its frames framed.");
  }

  /** @param {number} truth */
  sortedRight(truth) {
    const times = ORDERS[truth] ?? [];
    const placed = this.order.map((frame) => times[frame] ?? 0);
    const up = placed.every((time, i) => i === 0 || time > (placed[i - 1] ?? 0));
    const down = placed.every((time, i) => i === 0 || time < (placed[i - 1] ?? 0));
    return up || down;
  }
}

/** @param {string} task */
const askOfOwn = (task) =>
  sentences([
    task === "sort"
      ? t(
          "Put the frames of your clip into order: drag them, or use the arrows. The reverse counts as right, too.",
        )
      : t("At 1×, frames of your clip follow one another. How fast do these four frames go?"),
    t("The network learned from thrown things and never saw your clip."),
  ]);

/** What is asked of a clip. @param {string} task @param {string} clips */
function askOf(task, clips) {
  if (clips === "own") return askOfOwn(task);
  if (task === "sort" && clips === "pans")
    return t(
      "Put the frames into order: drag them, or use the arrows. The reverse counts as right, too: a camera can pan either way.",
    );
  if (task === "sort")
    return t(
      "Put the frames into order: drag them, or use the arrows. The reverse counts as right, too: a thrown thing can fly either way.",
    );
  return clips === "pans"
    ? t("The camera pans at the same pace in all clips. How fast do these four frames go?")
    : t("Gravity is the same in all clips. How fast do these four frames go?");
}
