/** Changing the network by hand: its layers, one of its weights; and the shapes on its wires. */

import { $, h } from "../../core/dom.js";
import { onLanguage, spoken, t } from "../../core/i18n.js";

const [MAX_LAYERS, MAX_UNITS] = [6, 32];

/** @param {HTMLElement} root @param {import("../../core/state.js").State} state */
export function layerEditor(root, state) {
  /** @type {number[]} */
  let layers = [];
  const set = (/** @type {number[]} */ next) => state.set({ layers: next.join(",") });
  const button = (
    /** @type {string} */ text,
    /** @type {string} */ name,
    /** @type {() => void} */ act,
    off = false,
  ) =>
    h(
      "button",
      { class: "icon-button", type: "button", "aria-label": name, title: name, disabled: off, onclick: act },
      text,
    );

  return {
    show() {
      const text = String(state.values.layers);
      layers = text ? text.split(",").map(Number) : [];
      const written = `${spoken()} ${text}`;
      if (root.dataset.shown === written) return;
      root.dataset.shown = written;
      const focused = document.activeElement?.getAttribute("aria-label");
      root.replaceChildren(
        h("span", { class: "label" }, t("Hidden layers")),
        ...layers.map((units, i) =>
          h(
            "span",
            { class: "layer", role: "group", "aria-label": t("Hidden layer {number}", { number: i + 1 }) },
            button(
              "−",
              t("One unit fewer in layer {number}", { number: i + 1 }),
              () => set(layers.with(i, units - 1)),
              units <= 1,
            ),
            h("output", {}, units),
            button(
              "+",
              t("One unit more in layer {number}", { number: i + 1 }),
              () => set(layers.with(i, units + 1)),
              units >= MAX_UNITS,
            ),
          ),
        ),
        button(
          "+",
          t("Add a layer"),
          () => set([...layers, layers.at(-1) ?? 4]),
          layers.length >= MAX_LAYERS,
        ),
        button("✕", t("Remove the last layer"), () => set(layers.slice(0, -1)), !layers.length),
      );
      const again =
        focused &&
        [...root.querySelectorAll("button")].find((one) => one.getAttribute("aria-label") === focused);
      if (again instanceof HTMLElement) again.focus();
    },
  };
}

/**
 * @param {ReturnType<typeof import("../../views/network.js").network>} net
 * @param {(action: Record<string, unknown>) => void} act
 */
export function weightForm(net, act) {
  const form = /** @type {HTMLFormElement} */ ($("[data-weight-form]"));
  const field = /** @type {HTMLInputElement} */ ($("[data-weight-value]", form));
  /** @type {import("../../views/network.js").Weight | null} */
  let weight = null;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (weight && Number.isFinite(field.valueAsNumber)) act({ ...weight, value: field.valueAsNumber });
  });
  const refresh = () => {
    if (weight && document.activeElement !== field) field.value = net.value.toFixed(3);
  };
  field.addEventListener("blur", refresh);
  /** @param {import("../../views/network.js").Weight | null} next */
  function show(next) {
    weight = next;
    form.hidden = !next;
    if (!next) return;
    const { layer, source, target } = next;
    $("[data-weight-name]", form).textContent =
      source === null
        ? t("Bias of unit {target} in layer {layer}", { target: target + 1, layer: layer + 1 })
        : t("Weight from unit {source} to unit {target} of layer {layer}", {
            source: source + 1,
            target: target + 1,
            layer: layer + 1,
          });
    refresh();
  }
  onLanguage(() => show(weight));
  return { refresh, show };
}

/**
 * The shapes of what flows, as lecture notes write them.
 * @param {HTMLElement} root
 * @param {number[]} columns where the layers stand, pixels
 * @param {{layers: number[], batch: number}} header
 */
export function writeWires(root, columns, { layers, batch }) {
  const text = JSON.stringify([spoken(), layers, batch, columns]);
  if (root.dataset.shown === text) return;
  root.dataset.shown = text;
  const rows = [h("span", {}, t("Input {n} × {c}", { n: batch, c: layers[0] ?? 0 }))];
  for (let i = 1; i < layers.length; i++) {
    rows.push(
      h(
        "span",
        { class: "wire" },
        t("Weights {a} × {b}, biases 1 × {b}", { a: layers[i - 1] ?? 0, b: layers[i] ?? 0 }),
      ),
    );
    const last = i === layers.length - 1;
    rows.push(
      h(
        "span",
        {},
        last
          ? t("Output {n} × {c}", { n: batch, c: layers[i] ?? 0 })
          : t("Hidden {n} × {c}", { n: batch, c: layers[i] ?? 0 }),
      ),
    );
  }
  root.replaceChildren(...rows);
}
