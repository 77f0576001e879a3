/** A search over all labs and the steps of their lessons: Ctrl+K, or the glass in the header. */

import { $ } from "./dom.js";
import { t } from "./i18n.js";

/** @param {string} text */
const plain = (text) => text.normalize("NFKD").toLowerCase();

/**
 * Which texts have all the words.
 * @param {string[]} texts
 * @param {string} words
 * @returns {boolean[]}
 */
export function matches(texts, words) {
  const wanted = plain(words).split(/\s+/).filter(Boolean);
  return texts.map((text) => wanted.every((word) => plain(text).includes(word)));
}

export function wireSearch() {
  const dialog = /** @type {HTMLDialogElement} */ ($("[data-search-dialog]"));
  const words = /** @type {HTMLInputElement} */ ($("[data-search-words]"));
  const items = /** @type {HTMLElement[]} */ ([...dialog.querySelectorAll("li")]);
  const found = () => items.filter((item) => !item.hidden).map((item) => $("a", item));

  function filter() {
    const shown = matches(
      items.map((item) => item.textContent ?? ""),
      words.value,
    );
    items.forEach((item, i) => (item.hidden = !shown[i]));
    $("[data-search-said]").textContent = t("{count} found", { count: found().length });
  }
  const open = () => {
    words.value = "";
    filter();
    dialog.showModal();
    words.focus();
  };
  words.addEventListener("input", filter);
  words.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) found()[0]?.click();
  });
  dialog.addEventListener("keydown", (event) => {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!way || event.isComposing) return;
    event.preventDefault();
    const links = found();
    const at = links.findIndex((link) => link === document.activeElement) + way;
    (at < 0 ? words : links[Math.min(at, links.length - 1)])?.focus();
  });
  dialog.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a");
    if (link || event.target === dialog) dialog.close();
    if (link instanceof HTMLAnchorElement && link.hash && link.pathname === location.pathname) {
      event.preventDefault(); // a step of this lab: the run and what was drawn stay
      if (location.hash === link.hash) dispatchEvent(new HashChangeEvent("hashchange"));
      else location.hash = link.hash;
    }
  });
  $("[data-search]").addEventListener("click", open);
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || plain(event.key) !== "k") return;
    event.preventDefault();
    if (!dialog.open) open();
  });
}
