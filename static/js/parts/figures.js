/** A page's few numbers, each under its name; the one that a lesson's step says to watch is marked. */

import { h } from "../core/dom.js";

/**
 * Only what has changed is written anew: frames come many times a second.
 * @param {HTMLElement} root a list of descriptions
 * @param {(string | number)[][]} figures names and values
 */
export function fillFigures(root, figures) {
  if (root.childElementCount !== figures.length)
    root.replaceChildren(...figures.map(() => h("div", {}, h("dt"), h("dd"))));
  const watched = document.querySelector("[data-tried] [data-watch]")?.textContent;
  figures.forEach((texts, i) => {
    root.children[i]?.classList.toggle(
      "watched",
      Boolean(watched) && String(texts[0]).includes(watched ?? ""),
    );
    for (const [k, text] of texts.entries()) {
      const cell = root.children[i]?.children[k];
      if (cell && cell.textContent !== String(text)) cell.textContent = String(text);
    }
  });
}
