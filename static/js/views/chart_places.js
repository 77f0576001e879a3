/** Which chart stands where on the page: known without what draws it, for pages that have none. */

/** @typedef {{x: [number, number], y: [number, number]}} Axes */
/** A lesson asks for a curve by hand, or (null) no more. @typedef {(axes: Axes | null) => void} Ask */

/**
 * The curves of a room, alone while they are drawn (`open`), then beside the run's; null: none any more.
 * @typedef {(axes: Axes | null, curves: (number | null)[][], open: boolean) => void} ShowBundle
 */

/** @type {WeakMap<HTMLElement, {log: {x: boolean, y: boolean}, askForGuess: Ask, showBundle: ShowBundle}>} */
export const charts = new WeakMap();

/** The chart in a place of the page. @param {HTMLElement} root */
export const chartIn = (root) => charts.get(root);
