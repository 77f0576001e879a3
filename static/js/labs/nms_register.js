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
    /** @type {Set<string>} ids that this document will tell of */
    this.announced = new Set();
    /** @type {Set<T>} what is known by one of them */
    this.awaited = new Set();
  }

  /**
   * Ids that this document will tell of, before the first of them is looked for: what is known by one
   * of these ids is not given to another id because of its name.
   * @param {Iterable<unknown>} ids
   */
  announce(ids) {
    for (const id of ids) {
      const key = String(id);
      this.announced.add(key);
      const known = this.byId.get(key);
      if (known) this.awaited.add(known);
    }
  }

  /**
   * What an id and a name mean: names decide where both are told, else ids.
   * @param {Id | null} id
   * @param {string} name "" if none is told
   * @param {() => T} add makes it, if it is not known yet
   * @returns {T}
   */
  find(id, name, add) {
    const key = id === null ? null : String(id);
    const own = key === null ? undefined : this.own.get(key);
    if (own) return own;
    const known = key === null ? this.called(name) : name ? this.told(key, name) : this.numbered(key);
    const found = known ?? add();
    found.name ||= name;
    if (found.name) {
      this.byName.set(this.nameOf(found.name), found);
      this.byWhole.set(found.name, found);
    }
    if (key !== null) {
      this.own.set(key, found);
      this.claimed.add(found);
      if (!this.byId.has(key)) this.byId.set(key, found);
    }
    return found;
  }

  /** What this document has not yet given to another id. @param {T | undefined} one */
  free(one) {
    return one && !this.claimed.has(one) ? one : undefined;
  }

  /** What no other id of this document means. @param {T | undefined} one */
  unawaited(one) {
    return one && !this.awaited.has(one) ? this.free(one) : undefined;
  }

  /** What has no other name. @param {T | undefined} one @param {string} name */
  unnamed(one, name) {
    return one && (!one.name || this.nameOf(one.name) === this.nameOf(name)) ? one : undefined;
  }

  /** Only a name is told; another file may have it as an id. @param {string} name */
  called(name) {
    if (!name) return undefined;
    const key = this.nameOf(name);
    return this.byWhole.get(name) ?? this.byName.get(key) ?? this.unnamed(this.byId.get(key), name);
  }

  /** Only an id is told: a name of another file is compared with it if no id is equal. @param {string} key */
  numbered(key) {
    return this.free(this.byId.get(key)) ?? this.unawaited(this.byWhole.get(key)) ?? this.unawaited(this.byName.get(this.nameOf(key)));
  }

  /** Both are told. @param {string} key @param {string} name */
  told(key, name) {
    const stem = this.nameOf(name);
    const byName = this.free(this.byWhole.get(name)) ?? this.free(this.byName.get(stem));
    if (byName) return byName;
    const byId = this.unnamed(this.free(this.byId.get(key)), name);
    // Another file may have the name as its id, unless that id is another thing's here.
    return byId ?? (this.announced.has(stem) ? undefined : this.unnamed(this.unawaited(this.byId.get(stem)), name));
  }
}
