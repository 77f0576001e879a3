/** What a guest hands in: a photo of their own, and boxes around the objects on it. */

import { $ } from "../dom.js";
import { number, t } from "../i18n.js";
import { at } from "../place.js";
import { shown } from "../shown.js";
import { inWords } from "./guest_question.js";
import { follows } from "./member.js";

/**
 * @typedef {object} AskedPhotos as app/rooms/photos.py tells it to a guest
 * @property {number} number
 * @property {string} lab
 * @property {number} [most] proposals that are looked at
 * @property {{id: string, boxes: number[][], shown: boolean, found: number | null,
 *   why: Record<string, string> | null} | null} mine
 */
/** @typedef {{id: string, boxes: number[][]}} Marked */

const MOST = 50; // boxes, as app/rooms/photos.py takes them

/** @param {(message: Record<string, any>) => void} say @param {(address: string) => void} go */
export function guestPhoto(say, go) {
  const root = $("[data-hand-in]");
  const consent = /** @type {HTMLInputElement} */ ($("[data-hand-in-shown]", root));
  const send = /** @type {HTMLButtonElement} */ ($("[data-hand-in-send]", root));
  const start = $("[data-hand-in-go]", root);
  /** @type {AskedPhotos | null} */
  let asked = null;
  /** @type {Marked | null} */
  let sent = null;
  let bad = ""; // why it was refused

  const isThere = () => !follows() && location.pathname === at(`/labs/${asked?.lab}`);

  /** @param {Marked} marked */
  function handIn(marked) {
    sent = marked;
    bad = "";
    say({ type: "hand_in", number: asked?.number, photo: { ...marked, shown: consent.checked } });
  }
  start.addEventListener("click", () => go(at(`/labs/${asked?.lab}?stage=photo&tool=truth`)));
  send.addEventListener("click", () => {
    const marked = markedHere();
    if (marked) handIn(marked);
    draw();
  });
  consent.addEventListener("change", () => sent && handIn(sent));

  function draw() {
    const there = asked !== null && isThere();
    document.documentElement.classList.toggle("hands-in", there);
    root.hidden = !asked;
    if (!asked) return;
    const marked = there ? markedHere() : null;
    const isNew = marked !== null && JSON.stringify(marked) !== JSON.stringify(sent);
    start.hidden = there;
    send.hidden = !isNew;
    $("label", root).hidden = !asked.mine && !marked;
    const next = asked.mine && !isNew ? resultOf(asked.mine, asked.most ?? 0) : whatNext(there, marked);
    const words = bad || next;
    const place = $("[data-hand-in-said]", root);
    if (place.textContent !== words) place.textContent = words;
  }

  return {
    /** @param {AskedPhotos | null} next */
    update(next) {
      sent = next?.mine ? { id: next.mine.id, boxes: next.mine.boxes } : null;
      if (next?.mine) consent.checked = next.mine.shown;
      asked = next;
      bad = "";
      draw();
    },
    /** @param {Error} error */
    refuse(error) {
      if (!asked) return;
      sent = asked.mine && { id: asked.mine.id, boxes: asked.mine.boxes };
      bad = error.message;
      draw();
    },
    draw,
  };
}

/** The photo on this page with its boxes, if it is the visitor's own and something is marked. */
function markedHere() {
  const { photo, marked } = shown;
  if (!photo || photo.name || !marked.length) return null;
  const count = Math.min(MOST, marked.length / 4);
  const boxes = Array.from({ length: count }, (_, i) => marked.slice(4 * i, 4 * i + 4));
  return { id: photo.id, boxes };
}

/** @param {boolean} there on the lab's page @param {Marked | null} marked */
function whatNext(there, marked) {
  if (!there) return t("The room collects photos: take one of your own and mark what is on it.");
  if (marked) return t("Objects marked: {count}.", { count: number(marked.boxes.length, 0) });
  const { photo } = shown;
  if (!photo || photo.name) return t("Take or choose a photo of your own.");
  return t("Draw a box around each object on it.");
}

/** @param {NonNullable<AskedPhotos["mine"]>} mine @param {number} most */
function resultOf({ boxes, found, why }, most) {
  if (why) return inWords(why);
  if (found === null) return t("The server looks at your photo in its turn.");
  return t("Of {objects} marked objects, {found} are among {most} proposals.", {
    objects: number(boxes.length, 0),
    found: number(found, 0),
    most: number(most, 0),
  });
}
