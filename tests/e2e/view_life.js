// Counts what views hold of the browser; test_view_life.py puts it into the pattern book's page.

/** What is held now: a listener or an observer each. */
const held = new Set();
/** Listener -> what is held for it, by target, type and phase. */
const known = new WeakMap();

/** @param {EventTarget} target @param {string} type @param {any} listener @param {any} options */
function heldFor(target, type, listener, options) {
  const capture = Boolean(typeof options === "object" ? options?.capture : options);
  const all = known.get(listener) ?? [];
  known.set(listener, all);
  const same = (one) => one.target === target && one.type === type && one.capture === capture;
  if (!all.some(same)) all.push({ target, type, capture });
  return all.find(same);
}

const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
EventTarget.prototype.addEventListener = function (type, listener, options) {
  const target = this ?? globalThis;
  if (listener && !(target instanceof AbortSignal)) {
    const one = heldFor(target, type, listener, options);
    held.add(one);
    if (options?.signal) add.call(options.signal, "abort", () => held.delete(one));
  }
  add.call(target, type, listener, options);
};
EventTarget.prototype.removeEventListener = function (type, listener, options) {
  const target = this ?? globalThis;
  if (listener) held.delete(heldFor(target, type, listener, options));
  remove.call(target, type, listener, options);
};
globalThis.ResizeObserver = class extends ResizeObserver {
  type = "resize observer";
  observe(target) {
    held.add(this);
    super.observe(target);
  }
  disconnect() {
    held.delete(this);
    super.disconnect();
  }
};

const view = (name) => import(`/static/js/views/${name}.js`);
const nothing = () => {};
const tiles = [new OffscreenCanvas(2, 2), new OffscreenCanvas(2, 2)];
const color = "--accent";

/** Builders of one view of each kind in `root`, with something shown. */
const BUILDERS = {
  async chart(root) {
    const { chart } = await view("chart");
    const options = { x: "x", y: "y", lines: [{ name: "a", color }], onPick: nothing };
    const made = chart(root, () => options);
    const columns = [
      [0, 1],
      [2, 3],
    ];
    made.update({ columns, summary: "a line", marker: 1 });
    return made;
  },
  async plot(root) {
    const { plot } = await view("plot");
    const made = plot(root, { x: [0, 1], y: [0, 1], onDrag: nothing, onPoint: nothing });
    made.update({ layers: [{ type: "points", x: [0.5], y: [0.5], draggable: true }], summary: "a point" });
    return made;
  },
  async network(root) {
    const { network } = await view("network");
    const made = network(root, { onUnit: nothing, onWeight: nothing });
    const responses = new Uint8Array(4).fill(128);
    const net = { layers: [2, 1], weights: [1, -1], biases: [0], responses, side: 2, inputs: ["x", "y"] };
    made.update({ ...net, summary: "a neuron" });
    return made;
  },
  async ridges(root) {
    const { ridges } = await view("ridges");
    const made = ridges(root, { height: () => 200, onRow: nothing });
    const [values, at] = [Uint8Array.of(9, 90, 9), [-1, 0, 1]];
    const more = { moments: 1, rows: ["1"], columns: [{ name: "a", color }], summary: "a ridge" };
    made.update({ values, bins: at, curve: at, ...more });
    return made;
  },
  async similarity(root) {
    const { similarity } = await view("similarity");
    const made = similarity(root, { onChoose: nothing, onPoint: nothing });
    made.update({ values: new Float32Array(4), tiles, chosen: [0, 1], summary: "a square" });
    return made;
  },
  async tilemap(root) {
    const { tilemap } = await view("tilemap");
    const made = tilemap(root, { onChoose: nothing });
    made.update({ places: new Float32Array(4), tiles, chosen: 0, neighbors: [1], summary: "a map" });
    return made;
  },
  async histograms(root) {
    const { histograms } = await view("histogram");
    const made = histograms(root);
    made.update([{ name: "1", values: [1, 2, 3] }]);
    return made;
  },
  async bars(root) {
    const { bars } = await view("bars");
    const made = bars(root, { label: "p", color, range: [0, 1], names: ["a"], onDrag: nothing });
    made.update([{ value: 0.5, text: "0.5" }]);
    return made;
  },
  async picture(root) {
    const { picture } = await view("picture");
    const made = picture(root, { onPoint: nothing, onClick: nothing });
    made.update({ image: null, width: 40, height: 30, layers: [], summary: "nothing" });
    return made;
  },
  async boxEditor(root) {
    const [{ picture }, { boxEditor }] = await Promise.all([view("picture"), view("box_editor")]);
    BUILDERS.under ??= picture(root); // it stays: the editor takes its own listeners off it
    const acts = { onEdit: nothing, onSelect: nothing, enabled: () => true };
    return boxEditor(BUILDERS.under, { boxes: () => [], size: () => [4, 3], selected: () => -1, ...acts });
  },
  async player(root) {
    const { player } = await view("player");
    root.innerHTML = "<button data-player=play></button><button data-player=back></button>";
    const made = { actions: { back: nothing }, onStart: nothing, advance: () => true, period: () => 50 };
    return player(root, made);
  },
  async runbar(root) {
    const { runbar } = await view("runbar");
    root.replaceChildren(document.querySelector("[data-run]").cloneNode(true));
    const pace = { values: { speed: 5, fps: 30 }, set: nothing, subscribe: () => nothing };
    return runbar(root, { pace, session: { play: nothing, pause: nothing } });
  },
  async uploader(root) {
    const { uploader } = await view("uploader");
    root.innerHTML =
      "<input type=file data-file><progress data-progress></progress><ul data-samples></ul>";
    return uploader(root, { drop: root, onFile: nothing, onSample: nothing });
  },
};

const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

/** What a view held, and what is still held after it was destroyed. @param {string} kind */
globalThis.heldBy = async (kind) => {
  const root = document.createElement("div");
  document.body.append(root);
  (await BUILDERS[kind](root)).destroy(); // what a module itself listens to stays
  const before = new Set(held);
  const made = await BUILDERS[kind](root);
  await painted();
  root.style.width = "300px";
  await painted();
  // Elements that have left the page take their own listeners with them.
  const there = ({ target }) => !(target instanceof Node) || target.isConnected;
  const since = () => [...held].filter((one) => !before.has(one) && there(one)).map(({ type }) => type);
  const during = since();
  made.destroy();
  return { during, after: since() };
};
