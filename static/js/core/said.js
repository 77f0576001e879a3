/** What is written once and stands until something else takes its place: in the language of now. */

import { onLanguage } from "./i18n.js";

/** @typedef {{say: () => string, words: string}} Said how it is said, and how it was said last */

/** By attribute, "" for the text. @type {WeakMap<Element, Map<string, Said>>} */
const standing = new WeakMap();

/**
 * Write a text into an element or one of its attributes, and write it anew when the language changes, as
 * long as it still stands there.
 * @template {Element} E
 * @param {E} element
 * @param {() => string} say
 * @param {string} [attribute] "" for its text
 * @returns {E} the element
 */
export function tell(element, say, attribute = "") {
  const words = say();
  if (attribute) element.setAttribute(attribute, words);
  else if (element.textContent !== words) element.textContent = words;
  const told = standing.get(element) ?? new Map();
  standing.set(element, told.set(attribute, { say, words }));
  return element;
}

/** @param {Element} element */
function tellAgain(element) {
  for (const [attribute, { say, words }] of standing.get(element) ?? []) {
    const there = attribute ? element.getAttribute(attribute) : element.textContent;
    if (there === words) tell(element, say, attribute);
  }
}

onLanguage(() => document.querySelectorAll("*").forEach(tellAgain));
