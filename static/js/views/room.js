/**
 * How high a picture may be: where the stage is a pane that fills the window, all that its view holds
 * is seen at once; on a page that scrolls, a share of the window.
 */

const SPARE = 6; // CSS pixels that stay free below a view

/**
 * @param {HTMLElement} root of the picture
 * @param {object} options CSS pixels, and a share of the window's height
 * @param {number} options.least
 * @param {number} [options.most]
 * @param {number} options.share
 * @returns {number} CSS pixels
 */
export function roomFor(root, { least, most = Infinity, share }) {
  const views = root.closest(".views");
  if (!views || getComputedStyle(views).overflowY === "visible")
    return within(innerHeight * share, least, most);
  return within(views.clientHeight - around(root, views) - SPARE, least, most);
}

/**
 * The height of all that stands above and below an element within a pane, its own margins included.
 * @param {Element} element
 * @param {Element} pane
 */
function around(element, pane) {
  let sum = 0;
  for (let one = element; one !== pane && one.parentElement; one = one.parentElement) {
    const style = getComputedStyle(one.parentElement);
    const own = getComputedStyle(one);
    sum += px(style.paddingTop) + px(style.paddingBottom) + px(own.marginTop) + px(own.marginBottom);
    sum += rowsBeside(one).reduce((all, height) => all + height + px(style.rowGap), 0);
  }
  return sum;
}

/** Heights of the rows of siblings that lie wholly above or below an element, the highest of each. */
function rowsBeside(/** @type {Element} */ element) {
  const { top, bottom } = element.getBoundingClientRect();
  const columns = /grid|flex/.test(getComputedStyle(/** @type {Element} */ (element.parentElement)).display);
  /** @type {Map<number, number>} where a row begins -> how high it is */
  const rows = new Map();
  for (const sibling of element.parentElement?.children ?? []) {
    const box = sibling.getBoundingClientRect();
    const beside = columns && Math.abs(box.top - top) <= 1; // also of what is not drawn yet
    const apart = !beside && (box.bottom <= top + 1 || box.top >= bottom - 1);
    if (sibling === element || !box.height || !apart || isOut(sibling)) continue;
    const style = getComputedStyle(sibling);
    const height = box.height + px(style.marginTop) + px(style.marginBottom);
    rows.set(Math.round(box.top), Math.max(height, rows.get(Math.round(box.top)) ?? 0));
  }
  return [...rows.values()];
}

/** What takes no room of the flow. */
const isOut = (/** @type {Element} */ element) =>
  ["absolute", "fixed"].includes(getComputedStyle(element).position);

const px = (/** @type {string} */ length) => Number.parseFloat(length) || 0;

/** @param {number} value @param {number} least @param {number} most */
const within = (value, least, most) => Math.round(Math.max(least, Math.min(value, most)));
