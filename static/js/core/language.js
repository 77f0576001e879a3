/**
 * The switch of language in place: the page is fetched in the other language, its texts take the place of
 * this page's, and all that scripts wrote is written anew. A run goes on, drawings and photos stay.
 */

import { note } from "./controls.js";
import { speak, t } from "./i18n.js";
import { cookie } from "./memory.js";
import { rewrite } from "./served.js";

const root = document.documentElement;
let switching = false;

/** Of the language that this page speaks: "zh", where its tag is zh-Hans. */
const codeHere = () => root.lang.split("-", 1)[0];

/** The address of this page in a language. @param {string} code */
function addressIn(code) {
  const query = new URLSearchParams(location.search);
  query.set("lang", code);
  return `${location.pathname}?${query}${location.hash}`;
}

/** A language is the reader's and no step of the visit: Back leads past it. @param {string} code */
const keepInAddress = (code) => history.replaceState(history.state, "", addressIn(code));

/**
 * This page as the server has it in a language, whose cookie it sets, too, and the texts that its scripts
 * show; in English there are none.
 * @param {string} code
 */
async function fetchPage(code) {
  const answer = await fetch(addressIn(code));
  if (!answer.ok) throw new Error(`the page is answered by ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const { texts } = page.documentElement.dataset;
  return { page, catalog: texts ? (await import(texts)).default : {} };
}

const unreachable = () => t("The server cannot be reached. Is it still running?");

/** @param {string} code */
async function change(code) {
  const found = await fetchPage(code).catch(() => null);
  // Whoever has a run here shall not lose it to a page that does not open.
  if (!found && note("[data-lost]", unreachable)) return;
  // Where it cannot be done in place the page is opened anew, as it is without scripts.
  if (!found || !rewrite(found.page)) return location.assign(addressIn(code));
  const { page, catalog } = found;
  const { lang, dataset } = page.documentElement;
  root.lang = lang;
  if (dataset.texts) root.dataset.texts = dataset.texts;
  else delete root.dataset.texts;
  keepInAddress(code);
  speak({ catalog, language: lang });
  // Other words take other room, and leave the pictures more or less of it.
  requestAnimationFrame(() => dispatchEvent(new Event("resize")));
}

/** Speak another language from now on. @param {string} code such as "zh" */
export async function switchLanguage(code) {
  if (switching || code === codeHere()) return;
  switching = true;
  await change(code).finally(() => (switching = false));
}

// An address from before the switch names the other language.
addEventListener("popstate", () => {
  const named = new URLSearchParams(location.search).get("lang");
  const here = codeHere();
  if (here && named !== null && named !== here) keepInAddress(here);
});
// A page that comes back as it was left speaks what the reader has chosen since.
addEventListener("pageshow", ({ persisted }) => {
  const chosen = cookie("vitrine_language");
  if (persisted && chosen) void switchLanguage(chosen);
});
