/**
 * How high a picture may be: where the stage is a pane that fills the window, all of its front (title,
 * picture, run bar, sentence) is in view at once; on a page that scrolls, a share of the window.
 */

const panes = matchMedia("(min-width: 1000px)");
const SPARE = 16; // CSS pixels that stay free below the sentence

/**
 * @param {HTMLElement} root of the picture
 * @param {object} options CSS pixels, and a share of the window's height
 * @param {number} options.least
 * @param {number} [options.most]
 * @param {number} options.share
 * @returns {number} CSS pixels
 */
export function roomFor(root, { least, most = Infinity, share }) {
  const front = root.closest(".front");
  const stage = front?.parentElement;
  const block = [...(front?.children ?? [])].find((child) => child.contains(root));
  if (!front || !stage || !panes.matches || !(block instanceof HTMLElement))
    return within(innerHeight * share, least, most);
  const above = Number.parseFloat(getComputedStyle(stage).paddingTop);
  const others = front.getBoundingClientRect().height - block.offsetHeight;
  return within(stage.clientHeight - above - others - captionsOf(root) - SPARE, least, most);
}

/** Heights of what stands above and below a picture in its figure; the figure itself may be stretched. */
function captionsOf(/** @type {HTMLElement} */ root) {
  const figure = root.parentElement?.closest("figure");
  const parts = /** @type {HTMLElement[]} */ ([...(figure?.children ?? [])]);
  return parts.filter((part) => !part.contains(root)).reduce((sum, part) => sum + part.offsetHeight, 0);
}

/** @param {number} value @param {number} least @param {number} most */
const within = (value, least, most) => Math.round(Math.max(least, Math.min(value, most)));
