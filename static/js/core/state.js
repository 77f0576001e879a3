/**
 * What a page shows, as plain values with defaults: kept in the URL's query (only what differs
 * from its default), read back with validation, and told to whoever listens.
 */

/** @typedef {string | number | boolean} Value */
/** @typedef {{default: Value, check: (value: Value) => boolean, low?: number, high?: number}} Rule */

/**
 * Read one value as the type of its default; what fails its check is the default.
 * @param {string} text
 * @param {Rule} rule
 * @returns {Value}
 */
export function parse(text, rule) {
  let value = /** @type {Value} */ (text);
  if (typeof rule.default === "number") value = text.trim() === "" ? NaN : Number(text);
  if (typeof rule.default === "boolean") value = text === "true" || text === "1";
  const sane = typeof value !== "number" || Number.isFinite(value);
  return sane && rule.check(value) ? value : rule.default;
}

/**
 * The query that says `values`, in the order of the rules, without a leading "?".
 * @param {Record<string, Value>} values
 * @param {Record<string, Rule>} rules
 */
export function toQuery(values, rules) {
  const query = new URLSearchParams();
  for (const [name, rule] of Object.entries(rules)) {
    const value = values[name];
    if (value !== undefined && value !== rule.default) query.set(name, String(value));
  }
  return query.toString();
}

/**
 * @param {string} search
 * @param {Record<string, Rule>} rules
 * @returns {Record<string, any>}
 */
export function fromQuery(search, rules) {
  const query = new URLSearchParams(search);
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => {
      const text = query.get(name);
      return [name, text === null ? rule.default : parse(text, rule)];
    }),
  );
}

/**
 * @param {Record<string, Rule>} rules
 */
export function createState(rules) {
  let values = fromQuery(location.search, rules);
  /** @type {((changed: Set<string>) => void)[]} */
  const listeners = [];
  let timer = 0;

  const writeUrl = () => {
    const query = toQuery(values, rules);
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
  };
  /** @param {Record<string, Value>} changes */
  const set = (changes) => {
    const changed = new Set();
    for (const [name, value] of Object.entries(changes)) {
      const rule = rules[name];
      if (!rule || values[name] === value || !rule.check(value)) continue;
      values[name] = value;
      changed.add(name);
    }
    if (!changed.size) return;
    // Browsers refuse more than about 100 address changes in 30 seconds, and a drag makes more.
    clearTimeout(timer);
    timer = window.setTimeout(writeUrl, 200);
    for (const listener of listeners) listener(changed);
  };
  addEventListener("popstate", () => {
    const before = values;
    values = fromQuery(location.search, rules);
    const changed = new Set(Object.keys(rules).filter((name) => before[name] !== values[name]));
    for (const listener of listeners) listener(changed);
  });
  return {
    /** @returns {Record<string, any>} */
    get values() {
      return values;
    },
    rules,
    set,
    /** @param {(changed: Set<string>) => void} listener */
    subscribe(listener) {
      listeners.push(listener);
    },
  };
}

/** @typedef {ReturnType<typeof createState>} State */
