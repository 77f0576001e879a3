/** Modules as texts: what they import, and how a page without a server brings them to life. */

// A statement at the start of a line, up to the name that it imports from.
const IMPORT = /((?:^|\n)(?:import|export)\b\s*(?:[\w$*{},\s]*?\bfrom\b\s*)?)(["'])([^"'\n]+)\2/g;

/** @param {string} path @param {string} name as a script at that path says it */
const resolved = (path, name) => new URL(name, `http://x${path}`).pathname;

/** The paths that a script imports. @param {string} path @param {string} source @returns {string[]} */
export const importsOf = (path, source) =>
  [...source.matchAll(IMPORT)].map(([, , , name = ""]) => resolved(path, name));

/**
 * Addresses of modules that import each other by such addresses.
 * @param {Record<string, string>} sources by their paths
 * @param {(source: string) => string} addressOf
 * @returns {(path: string) => string} the address of a module; throws where some import each other in turn
 */
export function linked(sources, addressOf) {
  /** @type {Map<string, string | null>} null while it is being made */
  const made = new Map();
  /** @param {string} path @returns {string} */
  function find(path) {
    const known = made.get(path);
    if (known) return known;
    if (known === null) throw new Error(`a circle of imports through ${path}`);
    made.set(path, null);
    const source = (sources[path] ?? "").replace(IMPORT, (whole, before, quote, name) => {
      const wanted = resolved(path, name);
      return wanted in sources ? before + quote + find(wanted) + quote : whole;
    });
    const address = addressOf(source);
    made.set(path, address);
    return address;
  }
  return find;
}

/** Bytes, packed as text. @param {BlobPart} bytes @returns {Promise<string>} */
export async function packed(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  const small = new Uint8Array(await new Response(stream).arrayBuffer());
  let text = "";
  for (let i = 0; i < small.length; i += 0x8000)
    text += String.fromCharCode(...small.subarray(i, i + 0x8000));
  return btoa(text);
}

/** @param {string} text as `packed` made it @returns {Promise<ArrayBuffer>} */
export function unpacked(text) {
  const small = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([small]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}
