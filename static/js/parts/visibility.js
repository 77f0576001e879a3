/** Which parts of the page, and which controls, have something to say now. */

import { $ } from "../core/dom.js";

/**
 * Hide every element with `data-<name>` but those that are on.
 * @param {string} name
 * @param {(value: string) => boolean} isOn
 */
export function showOnly(name, isOn) {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(`[data-${name}]`)))
    part.hidden = !isOn(part.dataset[name] ?? "");
}

/**
 * Hide every element with `data-for` but those of the parts that are on.
 * @param {Record<string, boolean>} parts
 */
export const showParts = (parts) => showOnly("for", (part) => Boolean(parts[part]));

/** A control that has no say now would only confuse. @param {Record<string, boolean>} controls */
export function showControls(controls) {
  for (const [name, on] of Object.entries(controls)) $(`[data-control="${name}"]`).hidden = !on;
}
