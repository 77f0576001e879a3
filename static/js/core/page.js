/** What every page does: theme, language, the presenter's switch, menus and keys. */

import "./served.js"; // first: it notes what the server wrote, before a script changes it
import { switchLanguage } from "./language.js";
import { wireKeys } from "./keys.js";
import { wireLecture } from "./lecture/player.js";
import { setCookie, takesCookies, withCarried } from "./memory.js";
import { wireDialogs, wireDock, wireDrawer, wireMenu } from "./panels.js";
import { wirePresenting } from "./present.js";
import { wireRoom } from "./room/room.js";
import { wireScrollers } from "./scrollers.js";
import { wireSearch } from "./search.js";

const root = document.documentElement;

// Without cookies, what the reader has chosen goes along in every address.
if (!takesCookies()) root.dataset.carries = "";
/** @param {string} name @param {string} value */
function carry(name, value) {
  if (root.dataset.carries === undefined) return;
  const query = new URLSearchParams(location.search);
  query.set(name, value);
  history.replaceState(null, "", `?${query}`);
}
/** A place on this page. @param {HTMLAnchorElement} link */
const isHere = (link) => link.hash !== "" && link.pathname === location.pathname;
for (const kind of ["pointerdown", "click"]) {
  addEventListener(
    kind,
    (event) => {
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin || isHere(link)) return;
      const search = withCarried(link.search);
      if (search !== link.search) link.search = search;
    },
    { capture: true },
  );
}

document.querySelector("[data-theme-switch]")?.addEventListener("click", () => {
  const dark =
    root.dataset.theme === "dark" ||
    (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "light" : "dark";
  setCookie("vitrine_theme", root.dataset.theme);
  carry("theme", root.dataset.theme);
  dispatchEvent(new Event("themechange"));
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
  dispatchEvent(new Event("themechange")),
);

wireMenu();
wireDialogs();
wireDrawer();
wireDock();
wireSearch();
wireKeys();
wireScrollers();
wirePresenting();
wireLecture();
wireRoom();

for (const link of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-language]"))) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // in a tab or window of its own
    event.preventDefault();
    void switchLanguage(link.dataset.language ?? "en");
  });
}

// The pictures take the room that is left when everything around them has its text.
const watcher = new MutationObserver(() => {
  watcher.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => dispatchEvent(new Event("resize"))));
});
watcher.observe(root, { attributeFilter: ["data-ready"] });
