/** What every page does: theme, language, the presenter's switch, a sheet of controls on phones. */

const root = document.documentElement;
const YEAR = 365 * 24 * 3600;

document.querySelector("[data-theme-switch]")?.addEventListener("click", () => {
  const dark =
    root.dataset.theme === "dark" ||
    (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `vitrine_theme=${root.dataset.theme};path=/;max-age=${YEAR};samesite=lax`;
  dispatchEvent(new Event("themechange"));
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
  dispatchEvent(new Event("themechange")),
);

// The row of labs scrolls sideways: the one that is open is in sight.
const labs = document.querySelector("nav.labs");
const here = labs?.querySelector("[aria-current]");
if (labs && here instanceof HTMLElement) labs.scrollLeft = here.offsetLeft - (labs.clientWidth - here.offsetWidth) / 2;

for (const link of document.querySelectorAll("[data-language]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const query = new URLSearchParams(location.search);
    query.set("lang", /** @type {HTMLElement} */ (link).dataset.language ?? "en");
    location.search = query.toString();
  });
}

/** @param {boolean} on */
function present(on) {
  root.classList.toggle("presenting", on);
  document.querySelector("[data-presenter]")?.setAttribute("aria-pressed", String(on));
  dispatchEvent(new Event("resize"));
}
document
  .querySelector("[data-presenter]")
  ?.addEventListener("click", () => present(!root.classList.contains("presenting")));
addEventListener("keydown", (event) => {
  if (event.key === "Escape") present(false);
});

for (const sheet of document.querySelectorAll("[data-sheet]")) {
  const wide = matchMedia("(min-width: 1000px)");
  const adapt = () => {
    /** @type {HTMLDetailsElement} */ (sheet).open = wide.matches;
  };
  wide.addEventListener("change", adapt);
  adapt();
}
