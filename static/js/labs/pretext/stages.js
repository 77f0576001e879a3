/** A time line of three stages of pretext tasks in vision; a card opens its task. */

import { $, h } from "../../core/dom.js";
import { at } from "../../core/place.js";
import { drawn, t } from "../../core/i18n.js";

const FIRST = 2014;
/**
 * @typedef {object} Card
 * @property {number} year
 * @property {string} name
 * @property {string} by
 * @property {string} [task] that it opens
 * @property {string} [tab]
 * @property {string} [filled]
 * @property {string} [watched]
 * @property {string} [lab] or the page
 */

/** @type {() => {name: string, cards: Card[]}[]} */
const lanes = () => [
  {
    name: t("Predict: a draw is the label"),
    cards: [
      { year: 2015, name: t("relative patch"), by: "Doersch", task: "patch" },
      { year: 2016, name: t("color"), by: "Zhang", task: "color", tab: "filled", filled: "color" },
      { year: 2016, name: t("in order or not"), by: "Misra", task: "order" },
      { year: 2017, name: t("frame order"), by: "Lee", task: "sort", tab: "video", watched: "sort" },
      { year: 2018, name: t("rotation"), by: "Gidaris", task: "rotation" },
      { year: 2020, name: t("video speed"), by: "Benaim", task: "speed", tab: "video", watched: "speed" },
    ],
  },
  {
    name: t("Contrast: same or different"),
    cards: [
      { year: 2014, name: "Exemplar CNN", by: "Dosovitskiy" },
      { year: 2018, name: "CPC", by: "van den Oord" },
      { year: 2018, name: t("instances"), by: "Wu" },
      { year: 2020, name: "SimCLR", by: "Chen", task: "simclr" },
      { year: 2020, name: "MoCo", by: "He", lab: "/labs/contrastive?method=moco" },
      { year: 2021, name: "CLIP", by: "Radford", tab: "pairs" },
    ],
  },
  {
    name: t("Generate: fill in what is hidden"),
    cards: [
      {
        year: 2016,
        name: t("context encoder"),
        by: "Pathak",
        task: "masked",
        tab: "filled",
        filled: "masked",
      },
      { year: 2019, name: t("BERT: masked words"), by: "Devlin", tab: "words" },
      {
        year: 2022,
        name: "MAE",
        by: "He",
        task: "masked",
        tab: "filled",
        filled: "masked",
      },
      { year: 2022, name: t("masked frame"), by: "Tong", task: "frame" },
    ],
  },
];

/** @param {import("../../core/state.js").State} state */
export function stagesPart(state) {
  drawn(() => {
    $("[data-lanes]").replaceChildren(...lanes().map((lane) => laneOf(lane, state)));
    $("[data-stages-said]").textContent = t(
      "The stages overlap: regions were filled in already in 2016, and copies of one picture contrasted in 2014. A card with a solid frame opens its task.",
    );
  });
}

/** @param {{name: string, cards: Card[]}} lane @param {import("../../core/state.js").State} state */
function laneOf({ name, cards }, state) {
  /** @type {Map<number, HTMLElement>} */
  const years = new Map();
  for (const card of cards) {
    const cell = years.get(card.year) ?? h("div", { class: "year" });
    cell.style.gridColumn = String(card.year - FIRST + 1);
    cell.append(cardOf(card, state));
    years.set(card.year, cell);
  }
  return h("section", { class: "lane" }, h("h2", {}, name), h("div", { class: "years" }, ...years.values()));
}

/** @param {Card} card @param {import("../../core/state.js").State} state */
function cardOf(card, state) {
  const words = [h("b", {}, card.name), h("span", {}, `${card.by}, ${card.year}`)];
  if (card.lab) return h("a", { class: "stage-card", href: at(card.lab) }, ...words);
  if (!card.task && !card.tab) return h("p", { class: "stage-card plain" }, ...words);
  const { task, tab = "puzzle", filled, watched } = card;
  const to = { tab, ...(task && { task }), ...(filled && { filled }), ...(watched && { watched }) };
  return h("button", { type: "button", class: "stage-card", onclick: () => state.go(to) }, ...words);
}
