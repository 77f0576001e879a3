/** Tells when a run begins anew, so that what the one before has drawn can stay beside it. */

/** @type {Set<() => void>} */
const listeners = new Set();

export const begun = () => listeners.forEach((listener) => listener());

/**
 * @param {() => void} listener
 * @returns {() => void} ends the listening
 */
export function onBegun(listener) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
