/** Export, share, and the code: what a lab lets a visitor take away. Ties templates/_tools.html. */

import { press } from "./choice_buttons.js";
import { ApiError, post, postForText } from "../core/api.js";
import { configOf } from "../core/controls.js";
import { $, copyText, download, h } from "../core/dom.js";
import { onLanguage, sentences, t } from "../core/i18n.js";
import { newest } from "../core/newest.js";
import { isFromNewer, keepScript, keptScript } from "../core/lecture/kept.js";
import { MOST_STATES } from "../core/lecture/script.js";
import { at, root } from "../core/place.js";
import { memberHere } from "../core/room/member.js";
import { tell } from "../core/said.js";
import { servedText } from "../core/served.js";
import { toQuery } from "../core/state.js";

import { wireHandOut } from "./handed_out.js";
import { wireTakeAway } from "./take_away.js";

/** @typedef {{status: import("../core/session/session.js").Status, watched: boolean}} Running */
/**
 * @typedef {object} Tools
 * @property {string} slug
 * @property {import("../core/state.js").State} state
 * @property {Running | null} [session] with a run, its link can be shared to watch it
 * @property {Record<string, () => Blob | string | Promise<Blob | string>>} [exports] png, csv, json: each
 *   makes a file's content
 * @property {(values: Record<string, any>) => Record<string, any>} [configOf] the configuration whose code is
 *   written
 * @property {() => Record<string, any>} [also] what a link says besides the settings: a sample's name
 * @property {() => string} [missing] what of the page is no part of a link, in words
 */

const TYPES = { csv: "text/csv", json: "application/json" };
const DEFAULT_STEPS = 400;

/**
 * The page's address without its host: the settings alone, or a run to watch with them.
 * @param {Record<string, any>} values
 * @param {import("../core/state.js").State["rules"]} rules
 * @param {string} path
 * @param {string} [run]
 */
export function pathOf(values, rules, path, run = "") {
  const query = toQuery(
    { ...values, run },
    "run" in rules ? rules : { ...rules, run: { default: "", check: () => true } },
  );
  return query ? `${path}?${query}` : path;
}

/** @param {Tools} tools */
export function wireTools(tools) {
  const bar = $("[data-tools]");
  for (const [name, make] of Object.entries(tools.exports ?? {})) {
    const button = $(`[data-export=${name}]`, bar);
    button.hidden = false;
    button.addEventListener("click", async () => {
      const made = await make();
      if (made === "") return; // there is nothing yet
      const blob =
        typeof made === "string"
          ? new Blob([made], { type: TYPES[/** @type {"csv"} */ (name)] ?? "text/plain" })
          : made;
      download(`vitrine-${tools.slug}.${name}`, blob);
    });
  }
  if (!tools.exports) $(".label", bar).hidden = true;
  for (const dialog of /** @type {NodeListOf<HTMLDialogElement>} */ (
    document.querySelectorAll("dialog.dialog")
  )) {
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close(); // the backdrop
    });
  }
  wireShare(tools, $("[data-share]", bar));
  wireCorner(tools);
  wireHandOut(tools);
  wireTakeAway(tools.slug, tools.state);
  const code = bar.querySelector("[data-code]");
  if (code instanceof HTMLElement) wireCode(tools, code);
}

/** @param {HTMLElement} button @param {() => string} text */
function wireCopy(button, text) {
  button.addEventListener("click", async () => {
    await copyText(text());
    button.textContent = t("Copied");
    setTimeout(() => (button.textContent = servedText(button)), 1500);
  });
}

/** While presenting, the link to what is shown stands in a corner. @param {Tools} tools */
function wireCorner({ state, also }) {
  const corner = $("[data-corner]");
  const query = newest({
    ask: (/** @type {string} */ path, signal) => post("/api/share", { path }, signal),
    show: (/** @type {Shared} */ { url, qr, reachable }) => {
      /** @type {HTMLImageElement} */ ($("img", corner)).src = at(qr);
      $("span", corner).textContent = url.replace(/^https?:\/\//, "");
      corner.hidden = !reachable; // nobody else could open it
    },
    fail: () => (corner.hidden = true), // the dialog says why
  });
  const ask = () => {
    const { role, code = "", urls = [] } = memberHere() ?? {};
    if (role !== "presenter")
      return query.want(pathOf({ ...state.values, ...also?.() }, state.rules, location.pathname));
    // Who has opened a room shows the way into it.
    /** @type {HTMLImageElement} */ ($("img", corner)).src = at(`/api/rooms/${code}.svg`);
    $("span", corner).textContent = (urls[0] ?? "").replace(/^https?:\/\//, "");
    corner.hidden = false;
  };
  let presenting = document.documentElement.classList.contains("presenting"); // since the page opened
  if (presenting) ask();
  addEventListener("presenting", (event) => {
    presenting = /** @type {CustomEvent<boolean>} */ (event).detail;
    if (presenting) ask();
  });
  state.subscribe((changed) => presenting && changed.has("tab") && ask());
}

/** @typedef {{url: string, qr: string}} Address */
/** @typedef {Address & {others: Address[], reachable: boolean, container: boolean}} Shared */

/** @param {Tools} tools @param {HTMLElement} opener */
function wireShare({ state, session, also, missing }, opener) {
  const dialog = /** @type {HTMLDialogElement} */ ($("[data-share-dialog]"));
  const link = /** @type {HTMLInputElement} */ ($("[data-share-link]", dialog));
  const warning = $("[data-share-warning]", dialog);
  const showAnswer = wireAddresses(dialog, link);
  const query = newest({
    ask: (/** @type {string} */ path, signal) => post("/api/share", { path }, signal),
    show: (/** @type {Shared} */ answer) => {
      showAnswer(answer);
      if (!answer.reachable) warning.textContent = unreachable(answer.container);
    },
    fail: (error) => {
      if (!(error instanceof ApiError)) throw error;
      warning.textContent = error.message;
    },
    act: true, // not remembered: the server may listen elsewhere by now
  });

  /** @param {string} kind */
  const show = (kind) => {
    const run = session?.status.runId ?? "";
    const watch = kind === "watch" && run !== "";
    $("[data-share-kinds]", dialog).hidden = run === "";
    press("share-kind", watch ? "watch" : "settings", dialog);
    $("[data-share-said]", dialog).textContent = watch
      ? t("Anyone who opens this link sees your run as it goes on, until you leave this page or start anew.")
      : sentences([
          t("Anyone who opens this link finds this page with the settings that you see now."),
          missing?.() ?? "",
        ]);
    const path = pathOf({ ...state.values, ...also?.() }, state.rules, location.pathname, watch ? run : "");
    // The address alone is right at once; its code and short form come from the server.
    link.value = location.origin + path;
    $("[data-share-qr]", dialog).hidden = true;
    warning.textContent = "";
    query.want(path);
  };
  opener.addEventListener("click", () => {
    dialog.showModal();
    show(session?.watched ? "watch" : "settings");
  });
  for (const button of dialog.querySelectorAll("[data-share-kind]")) {
    button.addEventListener("click", () => show(button.getAttribute("data-share-kind") ?? ""));
  }
  link.addEventListener("focus", () => link.select());
  wireCopy($("[data-share-copy]", dialog), () => link.value);
  $("[data-lecture-add]", dialog).addEventListener("click", () =>
    addToLecture(pathOf({ ...state.values, ...also?.() }, state.rules, location.pathname)),
  );
}

const MINUTES = 5; // of a state, until its lecturer says

/** What is on show becomes the last state of the lecture that this browser keeps. @param {string} path */
function addToLecture(path) {
  const script = keptScript();
  const below = path.slice(root().length);
  const count = script.states.length + 1;
  const full = count > MOST_STATES;
  const newer = isFromNewer();
  const kept =
    !full &&
    !newer &&
    keepScript({ ...script, states: [...script.states, { path: below, note: "", minutes: MINUTES }] });
  tell($("[data-lecture-added]"), () => {
    if (newer) return t("This lecture script comes from a newer Vitrine.");
    if (full) return t("A lecture script has at most {most} states.", { most: MOST_STATES });
    return kept
      ? t("State {count} of your lecture.", { count })
      : t("This browser keeps nothing: save the lecture as a file.");
  });
}

/**
 * The addresses that the server has, of which one is chosen and shown with its code.
 * @param {HTMLElement} dialog
 * @param {HTMLInputElement} link
 * @returns {(answer: Shared) => void}
 */
function wireAddresses(dialog, link) {
  const image = /** @type {HTMLImageElement} */ ($("[data-share-qr]", dialog));
  const choose = /** @type {HTMLSelectElement} */ ($("[data-share-address]", dialog));
  /** @type {Address[]} */
  let addresses = [];
  const showChosen = () => {
    const address = addresses[Number(choose.value)];
    if (!address) return;
    link.value = address.url;
    image.src = at(address.qr);
    image.hidden = false;
  };
  choose.addEventListener("change", showChosen);
  return (answer) => {
    addresses = [answer, ...answer.others];
    choose.replaceChildren(...addresses.map(({ url }, i) => h("option", { value: i }, new URL(url).host)));
    $("[data-share-addresses]", dialog).hidden = addresses.length < 2;
    showChosen();
  };
}

/** Why nobody else can open the address. @param {boolean} container */
const unreachable = (container) =>
  container
    ? t(
        "This server runs in a container, which does not know the address by which others reach it. Whoever runs it can tell it by the setting VITRINE_PUBLIC_URL.",
      )
    : t(
        "This server only answers on this machine. Start it with vitrine --host 0.0.0.0 to share with the room.",
      );

/**
 * What a notebook's cells hold, one after the other, to be read in the page.
 * @param {string} text JSON of a notebook
 * @returns {string}
 */
export function cellsOf(text) {
  const cells = /** @type {{cell_type: string, source: string | string[]}[]} */ (JSON.parse(text).cells);
  return cells
    .map(({ cell_type: kind, source }) => {
      const body = Array.isArray(source) ? source.join("") : source;
      return kind === "markdown" ? body.replace(/^/gm, "# ") : body;
    })
    .join("\n\n");
}

/** @param {Tools} tools @param {HTMLElement} opener */
function wireCode(tools, opener) {
  const dialog = /** @type {HTMLDialogElement} */ ($("[data-code-dialog]"));
  const shown = $("[data-code-text]", dialog);
  const warning = $("[data-code-warning]", dialog);
  let format = "py"; // of the text on show
  let text = "";
  const query = newest({
    ask: (/** @type {{config: Record<string, any>, steps: number, format: string}} */ asked, signal) =>
      postForText(`/api/labs/${tools.slug}/code`, asked, signal),
    show: (answer, asked) => {
      ({ format } = asked);
      text = answer;
      press("code-format", format, dialog);
      warning.textContent = "";
      shown.replaceChildren(h("code", {}, format === "ipynb" ? cellsOf(text) : text));
    },
    fail: (error) => {
      if (!(error instanceof ApiError)) throw error;
      warning.textContent = error.message;
    },
  });

  /** @param {string} wanted */
  const show = (wanted) => {
    const config = (tools.configOf ?? configOf)(tools.state.values);
    query.want({ config, steps: tools.session?.status.step || DEFAULT_STEPS, format: wanted });
  };
  press("code-format", format, dialog);
  onLanguage(query.drop); // the script's comments are in the reader's language, too
  opener.addEventListener("click", () => {
    dialog.showModal();
    show(format);
  });
  for (const button of dialog.querySelectorAll("[data-code-format]")) {
    button.addEventListener("click", () => show(button.getAttribute("data-code-format") ?? "py"));
  }
  wireCopy($("[data-code-copy]", dialog), () => shown.textContent ?? "");
  $("[data-code-download]", dialog).addEventListener("click", () => {
    const type = format === "py" ? "text/x-python" : "application/x-ipynb+json";
    download(`vitrine_${tools.slug.replaceAll("-", "_")}.${format}`, new Blob([text], { type }));
  });
}
