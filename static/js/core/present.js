/**
 * For the projector (`?present=1`): the picture, its sentence and the levers in hand, in larger type, on the
 * whole screen. It survives a reload, another language, and the way to another lab.
 */

import { stepThroughLesson } from "./keys.js";

const root = document.documentElement;

export function wirePresenting() {
  const button = document.querySelector("[data-presenter]");
  if (!button) return;
  const isOn = () => root.classList.contains("presenting");
  const show = (/** @type {boolean} */ on) => {
    root.classList.toggle("presenting", on);
    button.setAttribute("aria-pressed", String(on));
    keep(on);
    dispatchEvent(new Event("resize"));
    dispatchEvent(new CustomEvent("presenting", { detail: on }));
  };
  button.addEventListener("click", () => {
    show(!isOn());
    void (isOn() ? fill() : leave());
  });
  addEventListener("fullscreenchange", () => {
    if (!document.fullscreenElement && isOn()) show(false); // Escape, which the browser keeps to itself
  });
  addEventListener("keydown", (event) => {
    const inDialog = event.target instanceof Element && event.target.closest("dialog") !== null;
    if (event.key === "Escape" && !inDialog && isOn()) show(false);
    if (isOn()) stepThroughLesson(event);
  });
  if (new URLSearchParams(location.search).get("present") === "1") queueMicrotask(() => show(true));
}

/** The address tells it. @param {boolean} on */
function keep(on) {
  const query = new URLSearchParams(location.search);
  if (on) query.set("present", "1");
  else query.delete("present");
  const search = query.toString();
  history.replaceState(history.state, "", location.pathname + (search && `?${search}`) + location.hash);
}

/** The whole screen, where the browser gives it: some give it to no page. */
const fill = () => root.requestFullscreen?.().catch(() => {});
const leave = () => document.fullscreenElement && document.exitFullscreen().catch(() => {});
