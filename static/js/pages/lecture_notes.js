/** The presenter's second screen: the note of the state on the projector, the time, and what comes next. */

import { $, h } from "../core/dom.js";
import { number, onLanguage, t } from "../core/i18n.js";
import { CHANNEL, playedHere } from "../core/lecture/player.js";
import { minutesUntil } from "../core/lecture/script.js";
import { tell } from "../core/said.js";
import { nameOf } from "./lecture/names.js";

/** @typedef {import("../core/lecture/player.js").Played} Played */

const channel = new BroadcastChannel(CHANNEL);
/** @type {Played | null} */
let played = window.opener ? playedHere() : null;

const go = (/** @type {number} */ way) =>
  played && channel.postMessage({ go: played.at + way, id: played.id });

function draw() {
  const { script, at: now } = played ?? { script: { title: "", states: [] }, at: 0 };
  const state = script.states[now];
  const next = script.states[now + 1];
  tell($("[data-notes-place]"), () => (state ? `${now + 1} / ${script.states.length}` : ""));
  tell($("[data-notes-name]"), () =>
    state ? nameOf(state.path) : t("No lecture is played in this browser."),
  );
  $("[data-notes-text]").replaceChildren(...(state?.note ?? "").split("\n").map((line) => h("p", {}, line)));
  tell($("[data-notes-next]"), () => {
    if (!state) return "";
    return next ? t("Next: {name}", { name: nameOf(next.path) }) : t("This is the last state.");
  });
  drawTime();
}

/** How long it goes on, beside the minutes that were meant for it until the end of this state. */
function drawTime() {
  tell($("[data-notes-time]"), () => {
    if (!played) return "";
    const minutes = (Date.now() - played.began) / 60_000;
    const meant = minutesUntil(played.script, played.at);
    return t("Minute {now}; this state ends at minute {meant}", {
      now: number(Math.floor(minutes), 0),
      meant: number(meant, 0),
    });
  });
}

channel.addEventListener("message", ({ data }) => {
  if (data.ended && data.ended === played?.id) played = null;
  if (data.played && (!played || data.played.began >= played.began)) ({ played } = data);
  draw();
});
$("[data-notes-back]").addEventListener("click", () => go(-1));
$("[data-notes-on]").addEventListener("click", () => go(1));
addEventListener("keydown", (event) => {
  const way = { PageDown: 1, PageUp: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!way) return;
  event.preventDefault();
  go(way);
});
setInterval(drawTime, 1000);
onLanguage(draw);
draw();
channel.postMessage({ who: true });
document.documentElement.dataset.ready = "";
