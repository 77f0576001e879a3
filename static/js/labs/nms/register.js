/**
 * Things that several files speak of, by an id or by a name: pictures, classes. Ids are compared as
 * text, so 1 and "1" are one. No DOM here.
 */

/** @typedef {string | number} Id */

/** @template {{name: string}} T */
export class Register {
  /**
   * @param {(name: string) => string} [nameOf] what must be equal in names that mean the same
   * @param {(a: string, b: string) => boolean} [agree] whether names that are equal in this may mean the same
   */
  constructor(nameOf = (name) => name, agree = () => true) {
    this.nameOf = nameOf;
    this.agree = agree;
    /** @type {Map<string, T>} */
    this.byId = new Map();
    /** @type {Map<string, Set<T>>} */
    this.byName = new Map();
    /** @type {Map<T, Set<string>>} every name that was told of a thing */
    this.names = new Map();
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
      if (id === undefined || id === null) continue;
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
    if (name && this.byWhole.get(name) !== found) this.keepName(found, name);
    if (key !== null) {
      this.own.set(key, found);
      this.claimed.add(found);
      if (!this.byId.has(key)) this.byId.set(key, found);
    }
    return found;
  }

  /** @param {T} found @param {string} name */
  keepName(found, name) {
    const stem = this.nameOf(name);
    this.byName.set(stem, (this.byName.get(stem) ?? new Set()).add(found));
    this.names.set(found, (this.names.get(found) ?? new Set()).add(name));
    this.byWhole.set(name, found);
  }

  /** Whether a thing may be called so. @param {T} one @param {string} name */
  fits(one, name) {
    return [...(this.names.get(one) ?? [])].every(
      (other) => this.nameOf(other) === this.nameOf(name) && this.agree(other, name),
    );
  }

  /**
   * The only one that may have a name; of several, none.
   * @param {string} name
   * @param {(one: T) => T | undefined} [allowed]
   */
  alike(name, allowed = (one) => one) {
    const all = [...(this.byName.get(this.nameOf(name)) ?? [])].filter(
      (one) => allowed(one) && this.fits(one, name),
    );
    return all.length === 1 ? all[0] : undefined;
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
    return one && this.fits(one, name) ? one : undefined;
  }

  /**
   * What another file has as the id that is a name here, unless that id is told here, too.
   * @param {string} name
   */
  asId(name) {
    const key = [name, this.nameOf(name)].find((one) => this.byId.has(one) && !this.announced.has(one));
    return key === undefined ? undefined : this.unnamed(this.byId.get(key), name);
  }

  /** Only a name is told; another file may have it as an id. @param {string} name */
  called(name) {
    if (!name) return undefined;
    return this.byWhole.get(name) ?? this.alike(name) ?? this.asId(name);
  }

  /** Only an id is told: a name of another file is compared with it if no id is equal. @param {string} key */
  numbered(key) {
    return (
      this.free(this.byId.get(key)) ??
      this.unawaited(this.byWhole.get(key)) ??
      this.alike(key, (one) => this.unawaited(one))
    );
  }

  /** Both are told. @param {string} key @param {string} name */
  told(key, name) {
    const byName = this.free(this.byWhole.get(name)) ?? this.alike(name, (one) => this.free(one));
    if (byName) return byName;
    return this.unnamed(this.free(this.byId.get(key)), name) ?? this.unawaited(this.asId(name));
  }
}
