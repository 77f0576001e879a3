/** The only script of a page that was taken away (parts/take_away.js): it brings the modules to life. */

import { linked, unpacked } from "./modules.js";

const page = document.documentElement;
const asFile = /^(file|https?):$/.test(location.protocol);

if (asFile && page.dataset.recorded && !location.search) location.replace(`?${page.dataset.recorded}`);
else await begin();

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
