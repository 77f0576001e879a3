/**
 * What the server wrote into this page, noted before any script changes it. So a text that still stands
 * as the server wrote it can be told from one that a script has put in its place, and be written anew when
 * the same page comes in another language.
 */

/**
 * A text, or the value of an attribute.
 * @typedef {object} Written
 * @property {Element} owner
 * @property {Text | null} node null for an attribute
 * @property {string} name of the attribute, "" for a text
 * @property {string} text as the server wrote it last
 */

const PASSED_OVER = "script, style, link"; // they hold no text, and differ between languages

/**
 * All that is written in a document, in its order. The root's own attributes say how the page is shown, not
 * what it says.
 * @param {Document} page
 * @returns {Written[]}
 */
function writtenIn(page) {
  /** @type {Written[]} */
  const all = [];
  /** @param {Element} owner */
  const take = (owner) => {
    if (owner.matches(PASSED_OVER)) return;
    if (owner !== page.documentElement)
      for (const { name, value } of owner.attributes) all.push({ owner, node: null, name, text: value });
    for (const child of owner.childNodes) {
      if (child instanceof Element) take(child);
      else if (child instanceof Text && child.data.trim())
        all.push({ owner, node: child, name: "", text: child.data });
    }
  };
  take(page.documentElement);
  return all;
}

const here = typeof document === "undefined" ? [] : writtenIn(document);

/** @param {Written} a @param {Written} b whether both stand at the same place of one template */
const alike = (a, b) => a.name === b.name && a.owner.localName === b.owner.localName;

/**
 * Write this page's texts anew, as another language's page has them; what scripts have changed is theirs.
 * @param {Document} page the same page in another language
 * @returns {boolean} false: it is another page, and nothing was written
 */
export function rewrite(page) {
  const there = writtenIn(page);
  if (there.length !== here.length) return false;
  if (!here.every((own, i) => alike(own, /** @type {Written} */ (there[i])))) return false;
  here.forEach((own, i) => {
    const { text } = /** @type {Written} */ (there[i]);
    if (own.node) {
      if (own.node.data === own.text) own.node.data = text;
    } else if (own.owner.getAttribute(own.name) === own.text) own.owner.setAttribute(own.name, text);
    own.text = text;
  });
  return true;
}

/**
 * The text of an element as the server wrote it, in the language of now; also where a script has written
 * another one since.
 * @param {Element} element
 */
export const servedText = (element) =>
  here
    .filter(({ owner, node }) => owner === element && node)
    .map(({ text }) => text)
    .join("");
