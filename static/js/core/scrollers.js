/** What scrolls can be reached by the keyboard, also where nothing in it takes the focus. */

import { all, oncePerFrame } from "./dom.js";

const SCROLLERS = [
  ".below .said",
  ".below .figures",
  ".terms",
  ".pair",
  ".duo",
  ".contrast",
  ".distributions",
];
const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

/** Whether something in it takes the focus. */
const reaches = (/** @type {HTMLElement} */ one) =>
  all(FOCUSABLE, one).some((inner) => inner.checkVisibility());

export function wireScrollers() {
  const found = document.querySelector(".stage:has(.below)");
  if (!found) return;
  const stage = found;
  // After the frame: sizes are read where they are known, and no picture waits for it.
  const check = oncePerFrame(() => setTimeout(inspect));
  function inspect() {
    for (const one of all(SCROLLERS.join(", "), stage)) {
      const scrolls = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1;
      const clips = getComputedStyle(one).overflow !== "visible";
      if (scrolls && clips && !reaches(one)) one.tabIndex = 0;
      else if (document.activeElement !== one) one.removeAttribute("tabindex");
    }
  }
  const told = { subtree: true, childList: true, characterData: true, attributeFilter: ["hidden"] };
  new MutationObserver(check).observe(stage, told);
  addEventListener("resize", check);
  check();
}
