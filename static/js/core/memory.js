/**
 * What the browser keeps for a visit or longer, where it keeps anything: some refuse, and all is well
 * without.
 */

import { root } from "./place.js";

const YEAR = 365 * 24 * 3600;

export const CHECKED = "vitrine-check"; // the name of the frame in which a lecture's check opens a page
/** Whether this page is only checked: the tab's photo, room and lecture are those of the page around it. */
export const isChecked = () => typeof window !== "undefined" && window.name === CHECKED;

/** Keep a text for this tab. @param {string} key @param {string} text */
export function remember(key, text) {
  if (isChecked()) return;
  try {
    sessionStorage.setItem(key, text);
  } catch {
    // Refused, or full: the page goes on, and the next one begins afresh.
  }
}

/** @param {string} key @returns {string | null} */
export function recall(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * Tell the server something with each request from now on.
 * @param {string} name
 * @param {string} value
 * @param {number} [seconds]
 */
export function setCookie(name, value, seconds = YEAR) {
  try {
    document.cookie = `${name}=${value};path=${root() || "/"};max-age=${seconds};samesite=lax`;
  } catch {
    // A sandboxed frame has no cookies at all.
  }
}

/** @param {string} name @returns {string | null} */
export function cookie(name) {
  try {
    const pairs = document.cookie.split("; ").map((pair) => pair.split("=", 2));
    return pairs.find(([key]) => key === name)?.[1] ?? null;
  } catch {
    return null;
  }
}

/** Whether the browser takes cookies: what the reader chose must else travel in the addresses. */
export function takesCookies() {
  setCookie("vitrine_probe", "1", 5);
  return cookie("vitrine_probe") === "1";
}

const CARRIED = ["present"]; // what travels in the address from page to page
const WITHOUT_COOKIES = ["lang", "theme", ...CARRIED];

/** A query with what this page's address carries along. @param {string} search @returns {string} */
export function withCarried(search) {
  if (typeof document === "undefined") return search;
  const here = new URLSearchParams(location.search);
  const names = document.documentElement.dataset?.carries === undefined ? CARRIED : WITHOUT_COOKIES;
  const query = new URLSearchParams(search);
  const carried = names.filter((name) => here.has(name) && !query.has(name));
  if (!carried.length) return search;
  for (const name of carried) query.set(name, here.get(name) ?? "");
  return query.toString();
}
