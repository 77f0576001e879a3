/** The home page: its live picture, and each lab's thumbnail, drawn by the lab from the data of its page. */

import { $ } from "../core/dom.js";
import { tell } from "../core/said.js";
import { hero } from "./hero.js";

const cards = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-thumbnail]")]);
let visit = new AbortController(); // what is asked for in it ends when the page is left

async function main() {
  const { signal } = visit;
  await Promise.all([hero(signal), ...cards.map((card) => show(card, signal))]);
  if (!signal.aborted) document.documentElement.dataset.ready = "";
}

/** @param {HTMLElement} card @param {AbortSignal} signal */
async function show(card, signal) {
  const canvas = /** @type {HTMLCanvasElement} */ (card.querySelector("canvas"));
  const note = $("[data-thumbnail-note]", card);
  try {
    /** @type {{thumbnail: import("../parts/thumbnail.js").Thumbnail}} */
    const { thumbnail } = await import(`../labs/${card.dataset.lab}/thumbnail.js`);
    tell(note, await thumbnail(canvas, signal));
  } catch (error) {
    if (!signal.aborted) tell(note, () => (error instanceof Error ? error.message : ""));
  }
}

// Nobody looks any more: the server need not train for it. A page that comes back as it was left asks again.
addEventListener("pagehide", () => visit.abort());
addEventListener("pageshow", (event) => {
  if (!event.persisted || "ready" in document.documentElement.dataset) return;
  visit = new AbortController();
  void main();
});

void main();
