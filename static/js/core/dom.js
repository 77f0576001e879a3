/** Small steps with the DOM. */

/**
 * An element with attributes, listeners (`onclick: …`) and children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | number)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, given] of Object.entries(attributes)) {
    // An attribute of ARIA is "true" or "false": empty, or not there, it says neither.
    const value = name.startsWith("aria-") && typeof given === "boolean" ? String(given) : given;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null)
      element.setAttribute(name, String(value));
  }
  element.append(...children.map((child) => (typeof child === "number" ? String(child) : child)));
  return element;
}

/**
 * The one element that matches; a page without it is our mistake, said at once.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement}
 */
export function $(selector, root = document) {
  const found = root.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`no element ${selector}`);
  return found;
}

/**
 * All elements that match, in the order of the page.
 * @param {string} selector
 * @param {ParentNode} [root]
 */
export const all = (selector, root = document) =>
  /** @type {HTMLElement[]} */ ([...root.querySelectorAll(selector)]);

/**
 * A list whose items are made once and filled again and again: frames come many times a second.
 * @template T
 * @param {HTMLElement} root
 * @param {() => {root: HTMLElement, fill: (item: T) => void}} make
 * @returns {(items: T[]) => void}
 */
export function filledList(root, make) {
  /** @type {ReturnType<typeof make>[]} */
  const made = [];
  return (items) => {
    while (made.length > items.length) made.pop()?.root.remove();
    while (made.length < items.length) {
      const one = make();
      made.push(one);
      root.append(one.root);
    }
    items.forEach((item, i) => made[i]?.fill(item));
  };
}

/** @type {Set<() => void>} */
const waiting = new Set();
let flushing = false;

/** Run what waits, and what that asks for in turn: all of it is painted in this one frame. */
function flush() {
  flushing = true;
  try {
    for (const draw of waiting) {
      waiting.delete(draw);
      draw();
    }
  } finally {
    flushing = false;
    if (waiting.size) requestAnimationFrame(flush);
  }
}

/**
 * `draw` at most once per animation frame, however often it is asked for.
 * @param {() => void} draw
 * @returns {() => void}
 */
export function oncePerFrame(draw) {
  return () => {
    if (!waiting.size && !flushing) requestAnimationFrame(flush);
    waiting.add(draw);
  };
}

/**
 * Size a canvas to its element in device pixels and return its context, scaled to CSS pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width CSS pixels
 * @param {number} height CSS pixels
 */
export function context2d(canvas, width, height) {
  const ratio = Math.min(globalThis.devicePixelRatio || 1, 2);
  const [w, h2] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h2) {
    canvas.width = w;
    canvas.height = h2;
  }
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser draws no canvas");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/**
 * A color of tokens.css. Canvas cannot read `light-dark()`, so the browser resolves it.
 * @param {string} name such as "--mark-kept"
 */
export function token(name) {
  const key =
    name + document.documentElement.dataset.theme + matchMedia("(prefers-color-scheme: dark)").matches;
  let color = resolved.get(key);
  if (!color) {
    const probe = h("i", { hidden: true });
    probe.style.forcedColorAdjust = "none"; // or a reader's own few colors would take the place of all
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    color = getComputedStyle(probe).color;
    probe.remove();
    resolved.set(key, color);
  }
  return color;
}
/** @type {Map<string, string>} */
const resolved = new Map();

/**
 * Hand the visitor a file.
 * @param {string} name
 * @param {Blob} blob
 */
export function download(name, blob) {
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/**
 * Put a text on the clipboard; also on a page without HTTPS, where the newer way is missing.
 * @param {string} text
 */
export async function copyText(text) {
  if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
  const field = h("textarea", { class: "visually-hidden" });
  field.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
