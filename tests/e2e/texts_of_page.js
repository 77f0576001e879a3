// Lists every text of a page, also those painted on canvases; test_language.py puts it into a page before
// its own scripts.

/** Canvas -> texts painted since it was last cleared. @type {WeakMap<HTMLCanvasElement, string[]>} */
const painted = new WeakMap();

const { fillText, clearRect } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
  const texts = painted.get(this.canvas) ?? [];
  painted.set(this.canvas, [...texts, text]);
  fillText.call(this, text, ...place);
};
CanvasRenderingContext2D.prototype.clearRect = function (x, y, ...size) {
  if (x === 0 && y === 0) painted.delete(this.canvas);
  clearRect.call(this, x, y, ...size);
};

const SPOKEN = ["title", "aria-label", "aria-valuetext", "placeholder", "alt", "content", "lang", "hreflang"];

/** What a page says, in its order: where, and the words. @returns {string[]} */
globalThis.textsOfPage = function () {
  const found = [];
  const take = (/** @type {Element} */ element) => {
    if (element.matches("script, style, link")) return;
    const marks = element.getAttributeNames().filter((name) => name.startsWith("data-"));
    const where = [element.localName, ...marks.sort()].join(" ");
    for (const name of SPOKEN) {
      const value = element.getAttribute(name);
      if (value) found.push(`${where} ${name}: ${value}`);
    }
    if (element instanceof HTMLCanvasElement)
      for (const text of new Set(painted.get(element))) found.push(`${where}: ${text}`);
    for (const child of element.childNodes) {
      if (child instanceof Element) take(child);
      else if (child instanceof Text && child.data.trim()) found.push(`${where}: ${child.data.trim()}`);
    }
  };
  take(document.documentElement);
  return found;
};
