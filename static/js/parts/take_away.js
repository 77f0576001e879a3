/**
 * One file that shows this page without a server: its scripts and styles, the pictures, the answers and the
 * frames that it has now. Ties the button of templates/_tools.html.
 */

import { $, download, h } from "../core/dom.js";
import { spoken, t } from "../core/i18n.js";
import { at } from "../core/place.js";
import { importsOf, packed } from "../core/recorded/modules.js";
import { notedAnswers, notedPictures } from "../core/recorded/noted.js";
import { tell } from "../core/said.js";
import { shown } from "../core/shown.js";
import { toQuery } from "../core/state.js";
import { encode } from "../core/wire.js";

/** @typedef {import("../core/state.js").State} State */
/** @typedef {import("../core/wire.js").Values} Values */

const SAID = 8000; // milliseconds that it stays said over the picture
const MEBIBYTE = 2 ** 20;
const MOST = 5 * MEBIBYTE; // of the file
const THINNEST = 64; // of so many frames one is kept at least
const SCRIPTS = "/static/js/core/recorded/";

/** @param {string} slug @param {State} state */
export function wireTakeAway(slug, state) {
  const button = /** @type {HTMLButtonElement} */ ($("[data-take-away]"));
  const said = $("[data-taken]");
  button.addEventListener("click", async () => {
    button.disabled = true;
    tell(said, () => t("Packing …"));
    try {
      const file = await takenAway(state);
      download(`vitrine-${slug}.html`, file);
      const size = (file.size / MEBIBYTE).toFixed(1);
      tell(said, () => t("{size} MB: it works without a server.", { size }));
    } catch (error) {
      tell(said, () => why(error));
      if (!(error instanceof Unpacked)) throw error;
    } finally {
      button.disabled = false;
      setTimeout(() => tell(said, () => ""), SAID);
    }
  });
  // A lecture that is checked keeps each state's page as a file (static/js/pages/lecture/check.js).
  addEventListener("message", async ({ data, origin, ports: [port] }) => {
    if (data !== "vitrine-pack" || origin !== location.origin || !port) return;
    port.postMessage(await takenAway(state).catch(() => null));
  });
}

/** Why a page cannot be packed, for whoever wanted it. */
class Unpacked extends Error {
  /** @param {() => string} say */
  constructor(say) {
    super();
    this.say = say;
  }
}

/** @param {unknown} error */
function why(error) {
  if (error instanceof Unpacked) return error.say();
  if (typeof CompressionStream === "undefined")
    return t("This browser is too old to pack a page into one file.");
  return t("The page could not be packed into one file, by a fault of Vitrine.");
}

/** The whole page as one file. @param {State} state @returns {Promise<Blob>} */
export async function takenAway(state) {
  const now = shownNow(state); // before anything is waited for: it may change meanwhile
  const page = new DOMParser().parseFromString(
    await textAt(`${location.pathname}?${now.query}`),
    "text/html",
  );
  const entries = [...page.querySelectorAll("script[src]")].map((one) => pathOf(one.getAttribute("src")));
  const texts = page.documentElement.dataset.texts;
  const sources = await sourcesOf(texts ? [...entries, pathOf(texts)] : entries);
  const styles = await stylesOf(page);
  const boot = await bootScript();
  const code = await packed(JSON.stringify({ sources, entries, texts: texts ? pathOf(texts) : "" }));
  const files = await filesOf(now);
  for (let every = 1; every <= THINNEST; every *= 2) {
    const kept = await packed(recorded(now, files, every));
    settle(page, { query: now.query, boot, code, kept, date: now.date });
    // As text: this page's policy lets no style be made, not even in another.
    const text = page.documentElement.outerHTML.replace("</head>", () => `<style>${styles}</style></head>`);
    const file = new Blob(["<!doctype html>\n", text], { type: "text/html" });
    if (file.size <= MOST) return file;
  }
  throw new Unpacked(() => t("This page is too large for one file of 5 MB."));
}

/**
 * @typedef {object} Now
 * @property {string} query
 * @property {string} date
 * @property {import("../core/recorded/recording.js").RecordedRun[]} runs
 * @property {import("../core/recorded/noted.js").Noted[]} answers
 * @property {{id: string, url: string} | null} picture
 */

/** @param {State} state @returns {Now} */
function shownNow(state) {
  const { picture } = shown;
  return {
    query: withLanguage(toQuery({ ...state.values, run: "" }, state.rules)),
    date: new Date().toISOString().slice(0, 10),
    runs: [...shown.sessions.values()].map(({ recorded: run }) => run).filter((run) => run.frames.length),
    // What was asked about another picture stays here: it may be nobody else's business.
    answers: notedAnswers().filter(({ key }) => !/"image_id":/.test(key) || key.includes(`"${picture?.id}"`)),
    picture,
  };
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
  if (!answer.ok)
    throw new Unpacked(() => t("The page could not be packed: a part of it could not be loaded again."));
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

/** @typedef {{path: string, type: string, bytes: ArrayBuffer}} File */

/**
 * The bytes of the font, of the photo on show, and of the small pictures.
 * @param {Now} now
 * @returns {Promise<{font: ArrayBuffer, pictures: File[], bodies: ArrayBuffer[]}>}
 */
async function filesOf({ picture, answers }) {
  const pictures = [];
  for (const path of notedPictures()) {
    if (path.startsWith("/api/images/") && path !== picture?.url) continue;
    const answer = await fetch(at(path), { cache: "no-store" });
    if (!answer.ok && path === picture?.url)
      throw new Unpacked(() => t("The photo could not be loaded. Please choose it again."));
    if (!answer.ok) continue; // a small picture of a sample: its button goes without
    const blob = await answer.blob();
    pictures.push({ path, type: blob.type, bytes: await blob.arrayBuffer() });
  }
  const font = await fetch(at("/fonts/math.ttf"));
  const bodies = await Promise.all(answers.map(({ body }) => /** @type {Blob} */ (body).arrayBuffer()));
  return { font: font.ok ? await font.arrayBuffer() : new ArrayBuffer(0), pictures, bodies };
}

/**
 * Runs, answers, pictures, as one frame.
 * @param {Now} now
 * @param {Awaited<ReturnType<typeof filesOf>>} files
 * @param {number} every of how many frames, and of how many answers from the newest back, one is kept
 * @returns {ArrayBuffer}
 */
function recorded(now, files, every) {
  /** @type {Record<string, {values: Values, shape: number[]}>} */
  const arrays = {};
  /** @param {ArrayBuffer} bytes @returns {string} its name */
  const keep = (bytes) => {
    const name = `b${Object.keys(arrays).length}`;
    arrays[name] = { values: new Uint8Array(bytes), shape: [bytes.byteLength] };
    return name;
  };
  const oldest = now.answers.length - Math.ceil(now.answers.length / every);
  const header = {
    date: now.date,
    photo: shown.photo?.id === now.picture?.id ? { ...shown.photo, image: undefined } : null,
    font: keep(files.font),
    runs: now.runs.map((run) => ({ ...run, frames: thinned(run.frames, every).map(keep) })),
    answers: now.answers
      .map(({ key, status, type }, i) => ({ key, status, type, i }))
      .slice(oldest)
      .map(({ i, ...one }) => ({ ...one, body: keep(files.bodies[i] ?? new ArrayBuffer(0)) })),
    files: files.pictures.map(({ path, type, bytes }) => ({ path, type, body: keep(bytes) })),
  };
  return encode(header, arrays);
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
  root.dataset.root = location.origin + at(""); // where its links lead
  delete root.dataset.texts;
  for (const link of page.querySelectorAll("a[href]")) {
    const to = new URL(link.getAttribute("href") ?? "", location.href);
    const here = to.origin === location.origin && to.pathname === location.pathname;
    link.setAttribute("href", here ? to.search + to.hash || "#" : to.href);
  }
  const part = { "data-recorded-part": "" };
  const failed = t("This browser is too old for a recorded page.");
  const said = t("Recorded on {date}", { date });
  const badge = h("span", { class: "badge recorded", "data-failed": failed, ...part }, said);
  page.querySelector(".top-tools")?.prepend(badge);
  page.body.append(
    h("script", { type: "text/plain", "data-modules": "", ...part }, code),
    h("script", { type: "text/plain", "data-recording": "", ...part }, kept),
    h("script", { type: "module", ...part }, boot),
  );
}
