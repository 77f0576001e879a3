/** Buttons of which one is pressed: each stands for one value of a setting of the page. */

/** @typedef {import("../core/state.js").State} State */

/** @param {string} name @param {ParentNode} [root] */
const buttonsOf = (name, root = document) =>
  /** @type {HTMLElement[]} */ ([...root.querySelectorAll(`button[data-${name}]`)]);

/**
 * Show which of the buttons with `data-<name>` is pressed.
 * @param {string} name
 * @param {unknown} value
 * @param {ParentNode} [root]
 */
export function press(name, value, root = document) {
  for (const button of buttonsOf(name, root))
    button.setAttribute("aria-pressed", String(button.getAttribute(`data-${name}`) === String(value)));
}

/**
 * A click on a button with `data-<name>` hands its value on.
 * @param {string} name
 * @param {(value: string) => void} onChoose
 * @param {ParentNode} [root]
 */
export function onChoice(name, onChoose, root = document) {
  for (const button of buttonsOf(name, root))
    button.addEventListener("click", () => onChoose(button.getAttribute(`data-${name}`) ?? ""));
}

/**
 * Settings of the page that are chosen by buttons.
 * @param {State} state
 * @param {string[]} names
 * @param {ParentNode} [root]
 * @returns {() => void} shows what is chosen
 */
export function choiceButtons(state, names, root = document) {
  for (const name of names) onChoice(name, (value) => state.go({ [name]: value }), root);
  return () => names.forEach((name) => press(name, state.values[name], root));
}
