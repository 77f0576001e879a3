/** The only script of a page that was taken away (parts/take_away.js): it brings the modules to life. */

import { linked, unpacked } from "./modules.js";

const page = document.documentElement;

if (settle()) await begin().catch(fail);

/** Have the recorded settings in the address, where scripts look for them. Is that so now? */
function settle() {
  const wanted = `?${page.dataset.recorded}`;
  try {
    history.replaceState(history.state, "", wanted + location.hash);
  } catch {
    if (/^(file|https?):$/.test(location.protocol) && !location.search) {
      location.replace(wanted + location.hash);
      return false;
    }
  }
  return true;
}

/** @param {unknown} error */
function fail(error) {
  const badge = /** @type {HTMLElement | null} */ (document.querySelector("[data-failed]"));
  if (badge) badge.textContent = badge.dataset.failed ?? "";
  throw error;
}

async function begin() {
  for (const name of /** @type {const} */ (["pushState", "replaceState"])) {
    const change = history[name].bind(history);
    history[name] = (...to) => {
      try {
        change(...to);
      } catch {
        // Some browsers let a file have no other address; the page does without.
      }
    };
  }
  const text = document.querySelector("[data-modules]")?.textContent ?? "";
  const { sources, entries, texts } = JSON.parse(new TextDecoder().decode(await unpacked(text)));
  const address = linked(sources, (source) =>
    URL.createObjectURL(new Blob([source], { type: "text/javascript" })),
  );
  if (texts) page.dataset.texts = address(texts);
  for (const entry of entries) await import(address(entry));
}
