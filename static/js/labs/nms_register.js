/**
 * Things that several files speak of, by an id or by a name: pictures, classes. Ids are compared as
 * text, so 1 and "1" are one. No DOM here.
 */

/** @typedef {string | number} Id */

/** @template {{name: string}} T */
export class Register {
  /** @param {(name: string) => string} [nameOf] what must be equal in names that mean the same */
  constructor(nameOf = (name) => name) {
    this.nameOf = nameOf;
    /** @type {Map<string, T>} */
    this.byId = new Map();
    /** @type {Map<string, T>} */
    this.byName = new Map();
    /** @type {Map<string, T>} names as they are written */
    this.byWhole = new Map();
    this.begin();
  }

  /** Another document speaks: within one, another id is always another thing. */
  begin() {
    /** @type {Map<string, T>} */
    this.own = new Map();
    /** @type {Set<T>} */
    this.claimed = new Set();
  }

  /**
   * What an id and a name mean: names decide where both are told, else ids.
   * @param {Id | null} id
   * @param {string} name "" if none is told
   * @param {() => T} add makes it, if it is not known yet
   * @returns {T}
   */
  find(id, name, add) {
    const key = id === null ? "" : String(id);
    const own = id === null ? undefined : this.own.get(key);
    if (own) return own;
    const found = this.exactly(id, name) ?? this.known(id === null ? null : key, this.nameOf(name)) ?? add();
    found.name ||= name;
    if (found.name) {
      this.byName.set(this.nameOf(found.name), found);
      this.byWhole.set(found.name, found);
    }
    if (id !== null) {
      this.own.set(key, found);
      this.claimed.add(found);
      if (!this.byId.has(key)) this.byId.set(key, found);
    }
    return found;
  }

  /** @param {Id | null} id @param {string} name as it is written */
  exactly(id, name) {
    const found = this.byWhole.get(name || String(id));
    return found && (id === null || !this.claimed.has(found)) ? found : undefined;
  }

  /** What other documents, or this one by the name alone, have told of. @param {string | null} key @param {string} name */
  known(key, name) {
    const free = (/** @type {T | undefined} */ one) => (one && (key === null || !this.claimed.has(one)) ? one : undefined);
    const unnamed = (/** @type {T | undefined} */ one) => (!name || !one?.name || this.nameOf(one.name) === name ? free(one) : undefined);
    const named = name ? free(this.byName.get(name)) : undefined;
    if (named) return named;
    // An id may be written where the other file has a name, and the other way around.
    if (key === null) return unnamed(this.byId.get(name));
    return unnamed(this.byId.get(key)) ?? (name ? unnamed(this.byId.get(name)) : free(this.byName.get(this.nameOf(key))));
  }
}
