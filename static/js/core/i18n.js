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

/** Speak as a page does. @param {ReturnType<typeof speech>} told */
export function speak(told) {
  ({ catalog, language } = told);
}

/**
 * The text in the reader's language, with `{name}` replaced by `values.name`.
 * @param {string} text
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(text, values = {}) {
  const found = catalog[text] ?? text;
  return found.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * Whole sentences, one after the other; empty ones are left out. Chinese has no space after “。”.
 * @param {(string | undefined)[]} parts
 * @param {string} [spoken] the language; the page's
 */
export const sentences = (parts, spoken = language) =>
  parts.filter(Boolean).join(spoken.startsWith("zh") ? "" : " ");

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
