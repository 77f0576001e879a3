/** What a state of a lecture is called, in the reader's language: the search dialog names every place. */

import { at } from "../../core/place.js";
import { t } from "../../core/i18n.js";

/** @param {string} path below the server's root */
const entryOf = (path) =>
  [...document.querySelectorAll("[data-search-found] a")].find(
    (link) => link.getAttribute("href") === at(path),
  );

/** The lab and the step of its lesson, else the view. @param {string} path @returns {string} */
export function nameOf(path) {
  const { pathname, searchParams, hash } = new URL(path, "http://host");
  const step = /^#step-\d+$/.test(hash)
    ? hash
    : searchParams.has("lesson") && `#step-${searchParams.get("lesson")}`;
  const tab = searchParams.get("tab");
  const entry = (step && entryOf(pathname + step)) || (tab && entryOf(`${pathname}?tab=${tab}`));
  const lab = entryOf(pathname)?.querySelector("b")?.textContent ?? pathname;
  return entry ? t("{lab}: {step}", { lab, step: entry.querySelector("b")?.textContent ?? "" }) : lab;
}
