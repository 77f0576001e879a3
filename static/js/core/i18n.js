/**
 * Texts in the reader's language: a key is its English wording. The page names the module with those
 * that its scripts show (app/texts.py); in English there is none.
 */

const page = typeof document === "undefined" ? null : document.documentElement;
let language = page?.lang ?? "en";
/** @type {Record<string, string>} */
let catalog = page?.dataset.texts ? (await import(page.dataset.texts)).default : {};

/** What a worker needs to speak the page's language: it has no page to read it from. */
export const speech = () => ({ catalog, language });

/** The language of now, as an element says it. */
export const spoken = () => language;

/** @type {Set<() => void>} */
const listeners = new Set();

/**
 * Hear that another language is spoken: what was written by `t` is to be written anew.
 * @param {() => void} again
 * @returns {() => void} ends the hearing
 */
export function onLanguage(again) {
  listeners.add(again);
  return () => void listeners.delete(again);
}

/** Draw now, and again whenever another language is spoken. @param {() => void} draw */
export function drawn(draw) {
  draw();
  onLanguage(draw);
}

/** Speak as a page does, from now on. @param {ReturnType<typeof speech>} told */
export function speak(told) {
  ({ catalog, language } = told);
  for (const again of listeners) again();
}

/** @param {string} text @param {Record<string, string | number>} values */
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));

/**
 * The text in the reader's language, with `{name}` replaced by `values.name`. What it returns speaks one
 * language for good: call it where the text is written, never to fill a constant.
 * @param {string} text
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export const t = (text, values = {}) => filled(catalog[text] ?? text, values);

const APART = "\u0004"; // between context and text in a key, as gettext has it

/**
 * The same for an English wording that has more than one meaning: `context` tells which.
 * @param {string} context
 * @param {string} text
 * @param {Record<string, string | number>} [values]
 */
export const tp = (context, text, values = {}) => filled(catalog[context + APART + text] ?? text, values);

/**
 * Whole sentences, one after the other; empty ones are left out. Chinese has no space after “。”.
 * @param {(string | undefined)[]} parts
 * @param {string} [tag] the language; the page's
 */
export const sentences = (parts, tag = language) =>
  parts.filter(Boolean).join(tag.startsWith("zh") ? "" : " ");

/**
 * A number as a person reads it: `digits` decimals, a true minus sign, thousands separated as the language
 * has it.
 * @param {number} value
 * @param {number} [digits]
 */
export function number(value, digits = 2) {
  if (!Number.isFinite(value)) return "–";
  const fixed = Math.abs(value).toFixed(digits);
  const [whole = "0", rest] = fixed.split(".");
  const grouped = language.startsWith("zh") ? whole : whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = value < 0 && Number(fixed) !== 0 ? "−" : "";
  return sign + grouped + (rest ? `.${rest}` : "");
}

/** Three digits that matter, a true minus sign. @param {number} value */
export function brief(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 0.001 || size >= 1e6) return value.toExponential(1).replaceAll("-", "−").replace("+", "");
  return number(value, Math.max(0, Math.min(4, 2 - Math.floor(Math.log10(size)))));
}

/** As short as three digits allow: a setting. @param {number} value */
export const plain = (value) => String(Number(value.toPrecision(3)));
