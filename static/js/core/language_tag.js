/**
 * A browser whose system speaks “C” or “en-US@posix” tells that as its language, and everything that hands
 * it to Intl throws. From here on `navigator.language` is a tag that Intl takes.
 */

/** @param {unknown} tag */
function isTag(tag) {
  try {
    return typeof tag === "string" && Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}

/**
 * The nearest tag that Intl takes: "en-US" for "en_US.UTF-8" and "en-US@posix", English for "C".
 * @param {unknown} told
 */
export function languageTag(told) {
  if (isTag(told)) return String(told);
  const tag = String(told ?? "")
    .split(/[.@]/)[0]
    ?.replaceAll("_", "-");
  return isTag(tag) ? String(tag) : "en";
}

/** @param {{language?: unknown}} browser */
export function mendLanguage(browser) {
  const { language } = browser;
  if (!isTag(language))
    Object.defineProperty(browser, "language", { value: languageTag(language), configurable: true });
}
