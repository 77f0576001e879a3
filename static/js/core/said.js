/** What is written once and stands until something else takes its place: in the language of now. */

import { onLanguage } from "./i18n.js";

/** @typedef {{element: Element, attribute: string, say: () => string, words: string}} Said */

/** @type {Said[]} */
let standing = [];

/** @param {Element} element @param {string} attribute "" for its text */
const wordsOf = (element, attribute) => (attribute ? element.getAttribute(attribute) : element.textContent);

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
  standing = standing.filter((one) => one.element !== element || one.attribute !== attribute);
  standing.push({ element, attribute, say, words });
  return element;
}

onLanguage(() => {
  const before = standing;
  standing = [];
  for (const { element, attribute, say, words } of before)
    if (element.isConnected && wordsOf(element, attribute) === words) tell(element, say, attribute);
});
