/** A page and its room: opening one, entering one, and the dialog by which a presenter leads it. */

import { ApiError } from "../api.js";
import { $, copyText, h } from "../dom.js";
import { t } from "../i18n.js";
import { isTyping } from "../keys.js";
import { at, root } from "../place.js";
import { tell } from "../said.js";
import { GuestPage } from "./guest.js";
import { become, keepForLater, lastRoom, memberHere } from "./member.js";
import { hasOwnPictures, openRoom, PresenterPage } from "./presenter.js";
import { presenterQuestion } from "./presenter_question.js";

/** @typedef {import("./presenter.js").Stand} Stand */

/** @type {Set<(page: PresenterPage | null, stand: Stand | null) => void>} */
const listeners = new Set();
/** @type {[PresenterPage | null, Stand | null]} */
let newest = [null, null];

/**
 * Hear how the room stands that this page presents in, now and whenever that changes; null: in none.
 * @param {(page: PresenterPage | null, stand: Stand | null) => void} hear
 */
export function onPresenting(hear) {
  listeners.add(hear);
  hear(...newest);
}

/** @param {PresenterPage | null} page @param {Stand | null} stand */
function tellAll(page, stand) {
  newest = [page, stand];
  for (const hear of listeners) hear(page, stand);
}

export function wireRoom() {
  enter();
  wireDialog();
  wireMine();
  const here = memberHere();
  if (here?.role === "guest") new GuestPage(here.code);
  if (here?.role === "presenter") begin();
  // A page that comes back as it was left has no line any more.
  addEventListener("pageshow", ({ persisted }) => persisted && memberHere() && location.reload());
}

/** The page of a code makes its tab a guest, or with the secret of a room its presenter. */
function enter() {
  const code = document.documentElement.dataset.enter;
  if (!code) return;
  const secret = new URLSearchParams(location.hash.slice(1)).get("present");
  const here = memberHere();
  if (secret)
    become({ code, secret, role: "presenter", urls: [location.origin + location.pathname], reachable: true });
  else if (here?.code !== code || here.role === "presenter") become({ code, role: "guest" });
  else become({ ...here, own: false });
  if (secret) location.replace(at("/"));
}

const dialogOf = () => /** @type {HTMLDialogElement} */ ($("[data-room-dialog]"));
const spaced = (/** @type {string} */ code) => `${code.slice(0, 3)} ${code.slice(3)}`;

function wireDialog() {
  const dialog = dialogOf();
  $("[data-room]").addEventListener("click", () => {
    showParts();
    dialog.showModal();
  });
  $("[data-room-open]", dialog).addEventListener("click", async () => {
    try {
      await openRoom();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return tell($("[data-room-warning]", dialog), () => error.message);
    }
    begin();
  });
  $("[data-room-again]", dialog).addEventListener("click", () => {
    become(lastRoom());
    begin();
  });
}

/** What of the dialog is for a presenter, and what for everybody else. */
function showParts() {
  const presents = memberHere()?.role === "presenter";
  const dialog = dialogOf();
  $("[data-room-none]", dialog).hidden = presents;
  $("[data-room-mine]", dialog).hidden = !presents;
  const last = lastRoom();
  const again = $("[data-room-again]", dialog);
  again.hidden = !last;
  if (last) tell(again, () => t("Go on in room {code}", { code: spaced(last.code) }));
  const photo = $("[data-room-photo]", dialog);
  photo.hidden = !hasOwnPictures() && !memberHere()?.photo;
}

/** The room that this tab presents in; null: in none. @type {PresenterPage | null} */
let page = null;
/** @type {ReturnType<typeof presenterQuestion>} */
let question;

/** This tab presents in its room from now on. */
function begin() {
  const here = memberHere();
  if (!here) return;
  document.documentElement.dataset.presents = "";
  page = new PresenterPage(here.code, show, showRefused, end);
  const photo = /** @type {HTMLInputElement} */ ($("[data-room-photo] input"));
  photo.checked = Boolean(here.photo);
  showAddress();
  showParts();
  show(page.stand);
}

/** @param {Stand} stand */
function show(stand) {
  showStand(stand);
  question.update(stand);
  tellAll(page, stand);
}

/** What was asked in the dialog, which has closed since, is refused there. */
function showRefused() {
  const dialog = dialogOf();
  if (!dialog.open) dialog.showModal();
}

/** What a presenter does in the dialog and by keys, whichever room it is in. */
function wireMine() {
  const dialog = dialogOf();
  const photo = /** @type {HTMLInputElement} */ ($("[data-room-photo] input", dialog));
  question = presenterQuestion((message) => page?.say(message));
  photo.addEventListener("change", () => page?.allowPhoto(photo.checked));
  $("[data-room-close]", dialog).addEventListener("click", () => page?.close());
  $("[data-room-address]", dialog).addEventListener("change", drawAddress);
  $("[data-room-large]", dialog).addEventListener("click", () => {
    dialog.close();
    toggleScreen();
  });
  const second = $("[data-room-second]", dialog);
  second.addEventListener("click", async () => {
    const { urls = [], secret = "" } = memberHere() ?? {};
    await copyText(`${urls[0]}#present=${secret}`);
    tell(second, () => t("Copied"));
    setTimeout(() => tell(second, () => t("Copy the link for a second device")), 1500);
  });
  $("[data-room-screen]").addEventListener("click", toggleScreen);
  addEventListener("keydown", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const screen = /** @type {HTMLDialogElement} */ ($("[data-room-screen]"));
    if (plain && event.key.toLowerCase() === "r" && (screen.open || !isTyping(event))) toggleScreen();
  });
}

/** The code on the whole screen, or the page again. */
function toggleScreen() {
  const screen = /** @type {HTMLDialogElement} */ ($("[data-room-screen]"));
  if (screen.open) screen.close();
  else if (memberHere()?.role === "presenter") screen.showModal();
}

/** The code, its address and its picture, wherever they stand. */
function drawAddress() {
  const { code = "", urls = [] } = memberHere() ?? {};
  const place = Number(/** @type {HTMLSelectElement} */ ($("[data-room-address]")).value || 0);
  const url = (urls[place] ?? `${location.origin}${root()}/room/${code}`).replace(/^https?:\/\//, "");
  for (const one of document.querySelectorAll("[data-room-code]")) one.textContent = spaced(code);
  for (const one of document.querySelectorAll("[data-room-url]")) one.textContent = url;
  for (const one of /** @type {NodeListOf<HTMLImageElement>} */ (document.querySelectorAll("[data-room-qr]")))
    one.src = at(`/api/rooms/${code}.svg?at=${place}`);
}

/** The addresses that lead into the room, to choose from. */
function showAddress() {
  const { urls = [], reachable = false, container = false } = memberHere() ?? {};
  const choose = /** @type {HTMLSelectElement} */ ($("[data-room-address]"));
  choose.replaceChildren(...urls.map((url, i) => h("option", { value: i }, new URL(url).host)));
  $("[data-room-addresses]").hidden = urls.length < 2;
  tell($("[data-room-unreachable]"), () => (reachable ? "" : unreachable(container)));
  drawAddress();
}

/** Why nobody else can open the address. @param {boolean} container */
const unreachable = (container) =>
  container
    ? t(
        "This server runs in a container, which does not know the address by which others reach it. Whoever runs it can tell it by the setting VITRINE_PUBLIC_URL.",
      )
    : t("This server only answers on this machine. Start it with vitrine --host 0.0.0.0 to let the room in.");

/** @param {Stand} stand */
function showStand({ counts, why }) {
  const code = memberHere()?.code ?? "";
  const button = $("[data-room]");
  button.classList.toggle("bad", why !== null);
  tell(button, () => t("Room {code} · {count}", { code: spaced(code), count: counts.there }));
  tell($("[data-room-count]"), () =>
    t("{following} follow, {own} are on their own.", {
      following: counts.following,
      own: counts.there - counts.following,
    }),
  );
  $("[data-room-elsewhere]").replaceChildren(
    ...Object.entries(counts.own).map(([path, count]) =>
      h("li", {}, t("{page}: {count}", { page: titleOf(path), count })),
    ),
  );
  tell($("[data-room-warning]"), () => why?.message ?? "");
}

/** A page's name, as the menu has it. @param {string} path */
const titleOf = (path) =>
  document.querySelector(`nav.labs a[href="${at(path)}"]`)?.textContent?.trim() ??
  (path === "/" ? t("Home page") : path);

/** @param {ApiError} why the room is over */
function end(why) {
  page = null;
  keepForLater(null);
  delete document.documentElement.dataset.presents;
  const button = $("[data-room]");
  button.classList.remove("bad");
  tell(button, () => t("Room"));
  $("[data-room-answers]").hidden = true;
  tellAll(null, null);
  showParts();
  tell($("[data-room-warning]"), () => why.message);
}
