/**
 * One file that shows this page without a server: its scripts and styles, the pictures, the answers and the
 * frames that it has now. Ties the button of templates/_tools.html.
 */

import { $, download, h } from "../core/dom.js";
import { spoken, t } from "../core/i18n.js";
import { at } from "../core/place.js";
import { importsOf, packed } from "../core/recorded/modules.js";
import { notedAnswers, notedPictures } from "../core/recorded/noted.js";
import { shown } from "../core/shown.js";
import { toQuery } from "../core/state.js";
import { encode } from "../core/wire.js";

/** @typedef {import("../core/state.js").State} State */
/** @typedef {import("../core/wire.js").Values} Values */

const MOST = 5 * 2 ** 20; // bytes of the file
const SCRIPTS = "/static/js/core/recorded/";

/** @param {string} slug @param {State} state */
export function wireTakeAway(slug, state) {
  const button = /** @type {HTMLButtonElement} */ ($("[data-take-away]"));
  const said = $("[data-taken]");
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = t("Packing …");
    try {
      const file = await takenAway(state);
      download(`vitrine-${slug}.html`, file);
      said.textContent = t("{size} MB: it works without a server.", {
        size: (file.size / 2 ** 20).toFixed(1),
      });
    } catch (error) {
      said.textContent = t("The page could not be packed: a part of it could not be loaded again.");
      throw error;
    } finally {
      button.disabled = false;
    }
  });
}

/** The whole page as one file. @param {State} state @returns {Promise<Blob>} */
export async function takenAway(state) {
  const query = withLanguage(toQuery({ ...state.values, run: "" }, state.rules));
  const html = await textAt(`${location.pathname}?${query}`);
  const page = new DOMParser().parseFromString(html, "text/html");
  const entries = [...page.querySelectorAll("script[src]")].map((one) => pathOf(one.getAttribute("src")));
  const texts = page.documentElement.dataset.texts;
  const sources = await sourcesOf(texts ? [...entries, pathOf(texts)] : entries);
  const styles = await stylesOf(page);
  const boot = await bootScript();
  const modules = JSON.stringify({ sources, entries, texts: texts ? pathOf(texts) : "" });
  const code = await packed(modules);
  const date = new Date().toISOString().slice(0, 10);
  for (let every = 1; ; every *= 2) {
    const kept = await packed(await recorded(date, every));
    settle(page, { query, boot, code, kept, date });
    // As text: this page's policy lets no style be made, not even in another.
    const text = page.documentElement.outerHTML.replace("</head>", () => `<style>${styles}</style></head>`);
    const file = new Blob(["<!doctype html>\n", text], { type: "text/html" });
    if (file.size <= MOST || every > 64) return file;
  }
}

/** Whatever cookies say, the address tells the language. @param {string} query */
const withLanguage = (query) => {
  const all = new URLSearchParams(query);
  all.set("lang", spoken().split("-", 1)[0] ?? "en");
  return String(all);
};

/** A path below the server's root. @param {string | null | undefined} address */
const pathOf = (address) => (address ?? "").slice(at("").length);

/** @param {string} address */
async function textAt(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer.text();
}

/**
 * These modules, and all that they import.
 * @param {string[]} entries
 * @returns {Promise<Record<string, string>>} by their paths
 */
async function sourcesOf(entries) {
  /** @type {Record<string, string>} */
  const sources = {};
  let next = [...new Set(entries)];
  while (next.length) {
    const found = await Promise.all(next.map(async (path) => [path, await textAt(at(path))]));
    Object.assign(sources, Object.fromEntries(found));
    next = [...new Set(found.flatMap(([path = "", source = ""]) => importsOf(path, source)))].filter(
      (path) => !(path in sources),
    );
  }
  return sources;
}

/** All of the page's styles; the font of formulas comes with the recording. @param {Document} page */
async function stylesOf(page) {
  const sheets = [...page.querySelectorAll('link[rel="stylesheet"]')];
  const texts = await Promise.all(sheets.map((sheet) => textAt(sheet.getAttribute("href") ?? "")));
  return texts.join("\n").replace(/@font-face[^}]*}/g, "");
}

/** The two scripts that are first, as one without imports. */
async function bootScript() {
  const [modules = "", boot = ""] = await Promise.all(
    ["modules.js", "boot.js"].map((name) => textAt(at(SCRIPTS + name))),
  );
  return modules.replace(/^export /gm, "") + boot.replace(/^import .*$/gm, "");
}

/**
 * Runs, answers, pictures, as one frame.
 * @param {string} date @param {number} every of how many frames one is kept @returns {Promise<ArrayBuffer>}
 */
async function recorded(date, every) {
  /** @type {Record<string, {values: Values, shape: number[]}>} */
  const arrays = {};
  /** @param {ArrayBuffer} bytes @returns {string} its name */
  const keep = (bytes) => {
    const name = `b${Object.keys(arrays).length}`;
    arrays[name] = { values: new Uint8Array(bytes), shape: [bytes.byteLength] };
    return name;
  };
  const runs = [...shown.sessions.values()].flatMap(({ recorded: run }) =>
    run.frames.length ? [{ ...run, frames: thinned(run.frames, every).map(keep) }] : [],
  );
  const answers = [];
  for (const { key, status, type, body } of notedAnswers()) {
    const blob = await body;
    if (blob) answers.push({ key, status, type, body: keep(await blob.arrayBuffer()) });
  }
  const files = [];
  for (const path of notedPictures()) {
    const answer = await fetch(at(path));
    if (!answer.ok) continue; // gone from the server meanwhile
    const blob = await answer.blob();
    files.push({ path, type: blob.type, body: keep(await blob.arrayBuffer()) });
  }
  const font = keep(await (await fetch(at("/fonts/math.ttf"))).arrayBuffer());
  const photo = shown.photo && { ...shown.photo, image: undefined };
  return encode({ date, font, photo, runs, answers, files }, arrays);
}

/** @template T @param {T[]} frames @param {number} every @returns {T[]} the first and the last among them */
export const thinned = (frames, every) => frames.filter((_, i) => i % every === 0 || i === frames.length - 1);

/**
 * Make of the server's page one that needs none.
 * @param {Document} page
 * @param {{query: string, boot: string, code: string, kept: string, date: string}} parts
 */
function settle(page, { query, boot, code, kept, date }) {
  page.querySelectorAll("script, link, [data-recorded-part]").forEach((one) => one.remove());
  const root = page.documentElement;
  root.dataset.recorded = query;
  root.dataset.root = "";
  delete root.dataset.texts;
  for (const link of page.querySelectorAll("a[href]")) {
    const to = new URL(link.getAttribute("href") ?? "", location.href);
    const here = to.origin === location.origin && to.pathname === location.pathname;
    link.setAttribute("href", here ? to.search + to.hash || "#" : to.href);
  }
  const part = { "data-recorded-part": "" };
  const badge = h("span", { class: "badge recorded", ...part }, t("Recorded on {date}", { date }));
  page.querySelector(".top-tools")?.prepend(badge);
  page.body.append(
    h("script", { type: "text/plain", "data-modules": "", ...part }, code),
    h("script", { type: "text/plain", "data-recording": "", ...part }, kept),
    h("script", { type: "module", ...part }, boot),
  );
}
