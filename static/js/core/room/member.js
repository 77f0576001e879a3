/** Whether this tab is in a room, as what, and what it keeps of that from page to page. */

import { isChecked, recall, remember } from "../memory.js";

/**
 * @typedef {object} Member
 * @property {string} code
 * @property {"presenter" | "guest"} role
 * @property {string} [secret] of a presenter
 * @property {string[]} [urls] of a presenter: addresses that lead into the room
 * @property {boolean} [reachable] whether others can open them
 * @property {boolean} [container] whether that is so because the server runs in one
 * @property {boolean} [photo] of a presenter: whether the room may see their own photo
 * @property {string} [guest] the name that the room gave a guest
 * @property {boolean} [own] a guest who has taken the wheel
 */

const KEY = "vitrine-room";
const PHOTO = "vitrine-room-photo";
const LAST = "vitrine-last-room"; // the room that this browser opened, for a tab that was closed

/** @returns {Member | null} */
function read() {
  try {
    return JSON.parse(recall(KEY) ?? "null");
  } catch {
    return null;
  }
}

let member = isChecked() ? null : read();

export const memberHere = () => member;
/** Whether this page shows what a room's presenter does, and starts no run of its own. */
export const follows = () => member?.role === "guest" && !member.own;

/** @param {Member | null} next */
export function become(next) {
  member = next;
  remember(KEY, JSON.stringify(next));
  if (next?.role !== "guest") showPhoto(null);
}

/** @param {Partial<Member>} changes */
export const change = (changes) => member && become({ ...member, ...changes });

// --- The presenter's photo, on a guest's page -------------------------------------------------------

/** @typedef {{id: string, width: number, height: number, incomplete?: boolean}} RoomPhoto */

/** The photo of the room that this page follows, with its address on the server. */
export function roomPhoto() {
  const photo = follows() ? JSON.parse(recall(PHOTO) ?? "null") : null;
  return photo && { ...photo, url: `/api/images/${encodeURIComponent(photo.id)}` };
}

/** @param {RoomPhoto | null} photo @returns {boolean} whether it is another one than before */
export function showPhoto(photo) {
  const text = JSON.stringify(photo);
  if ((recall(PHOTO) ?? "null") === text) return false;
  remember(PHOTO, text);
  return true;
}

// --- The room that this browser opened --------------------------------------------------------------

/** @param {Member | null} presenter */
export function keepForLater(presenter) {
  try {
    if (presenter) localStorage.setItem(LAST, JSON.stringify(presenter));
    else localStorage.removeItem(LAST);
  } catch {
    // Refused: the tab still knows it.
  }
}

/** @returns {Member | null} */
export function lastRoom() {
  try {
    return JSON.parse(localStorage.getItem(LAST) ?? "null");
  } catch {
    return null;
  }
}
