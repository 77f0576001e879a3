/**
 * What a page shows, as plain values with defaults: kept in the URL's query (only what differs
 * from its default), read back with validation, and told to whoever listens.
 */

import { withCarried } from "./memory.js";

/** @typedef {string | number | boolean} Value */
/** @typedef {{default: Value, check: (value: Value) => boolean, low?: number, high?: number}} Rule */

/** @type {Record<string, boolean>} */
const SWITCH = { true: true, 1: true, false: false, 0: false };

/**
 * Read one value as the type of its default; null is one that is not allowed.
 * @param {string} text
 * @param {Rule} rule
 * @returns {Value | null}
 */
function read(text, rule) {
  let value = /** @type {Value | null} */ (text);
  if (typeof rule.default === "number") value = text.trim() === "" ? NaN : Number(text);
  if (typeof rule.default === "boolean") value = Object.hasOwn(SWITCH, text) ? (SWITCH[text] ?? null) : null;
  const sane = value !== null && (typeof value !== "number" || Number.isFinite(value));
  return sane && rule.check(/** @type {Value} */ (value)) ? value : null;
}

/**
 * Read one value as the type of its default; what is not allowed is the default.
 * @param {string} text
 * @param {Rule} rule
 * @returns {Value}
 */
export const parse = (text, rule) => read(text, rule) ?? rule.default;

/**
 * The names of a query's values that are not allowed, in the order of the rules.
 * @param {string} search
 * @param {Record<string, Rule>} rules
 */
export function refusedOf(search, rules) {
  const query = new URLSearchParams(search);
  return Object.entries(rules).flatMap(([name, rule]) => {
    const text = query.get(name);
    return text !== null && read(text, rule) === null ? [name] : [];
  });
}

const ELSEWHERE = ["lang", "theme", "run", "present"]; // names in an address that are no settings

/**
 * Names in a query that no setting has: of another lab, or misspelled.
 * @param {string} search
 * @param {Record<string, Rule>} rules
 */
export const unknownOf = (search, rules) =>
  [...new Set(new URLSearchParams(search).keys())].filter(
    (name) => !(name in rules) && !ELSEWHERE.includes(name),
  );

/**
 * The query without some names, and a "?" if anything is left.
 * @param {string} search
 * @param {string[]} names
 */
export function without(search, names) {
  const query = new URLSearchParams(search);
  for (const name of names) query.delete(name);
  const left = query.toString();
  return left && `?${left}`;
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
 * @param {(names: string[], unknown: string[]) => void} [onRefused] what the address had that is not
 *   allowed, and names that are no settings; now and at each way back, also if that is nothing
 */
export function createState(rules, onRefused = () => {}) {
  let values = fromAddress();
  /** @type {Set<(changed: Set<string>) => void>} */
  const listeners = new Set();
  let timer = 0;

  /** The address's values; what is not allowed is taken out of it. */
  function fromAddress() {
    const { search, pathname, hash } = location;
    const refused = refusedOf(search, rules);
    const unknown = unknownOf(search, rules);
    if (refused.length) history.replaceState(null, "", pathname + without(search, refused) + hash);
    onRefused(refused, unknown);
    return fromQuery(search, rules);
  }

  const address = () => {
    const query = withCarried(toQuery(values, rules));
    return query ? `?${query}` : location.pathname;
  };
  const writeUrl = () => history.replaceState(null, "", address());
  /** @param {Record<string, Value>} changes */
  const set = (changes) => {
    const changed = new Set();
    for (const [name, value] of Object.entries(changes)) {
      const rule = rules[name];
      if (!rule || values[name] === value || !rule.check(value)) continue;
      values[name] = value;
      changed.add(name);
    }
    if (!changed.size) return false;
    // Browsers refuse more than about 100 address changes in 30 seconds, and a drag makes more.
    clearTimeout(timer);
    timer = window.setTimeout(writeUrl, 200);
    for (const listener of listeners) listener(changed);
    return true;
  };
  /**
   * A move that “Back” undoes: another view, a step of the lesson.
   * @param {Record<string, Value>} changes
   */
  const go = (changes) => {
    clearTimeout(timer);
    writeUrl(); // what was set just now stays behind
    const before = location.href;
    if (!set(changes)) return;
    clearTimeout(timer);
    if (new URL(address(), before).href !== before) history.pushState(null, "", address());
  };
  addEventListener("popstate", () => {
    const before = values;
    values = fromAddress();
    const changed = new Set(Object.keys(rules).filter((name) => before[name] !== values[name]));
    for (const listener of listeners) listener(changed);
  });
  return {
    /** @returns {Record<string, any>} */
    get values() {
      return values;
    },
    rules,
    /** Change some values; the address follows, without an entry of its own. @type {typeof set} */
    set,
    go,
    /**
     * @param {(changed: Set<string>) => void} listener
     * @returns {() => void} ends the listening
     */
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** @typedef {ReturnType<typeof createState>} State */
