/** The comparison on photos, as a command recorded it for some numbers of proposals. No DOM here. */

/**
 * @typedef {import("./claim.js").Claim & {pictures: string, proposals: number, rule: string, threads: number,
 *   command: string, commit: string, date: string}} RecordedClaim
 */

/**
 * What was recorded by a rule with the number of proposals whose ratio to the asked one is the least.
 * @template {{proposals: number, rule: string}} T
 * @param {readonly T[]} claims
 * @param {number} proposals
 * @param {string} rule
 * @returns {T | null}
 */
export function nearestRecorded(claims, proposals, rule) {
  const far = (/** @type {T} */ one) => Math.abs(Math.log(one.proposals / proposals));
  const [first, ...rest] = claims.filter((one) => one.rule === rule);
  return first ? rest.reduce((best, one) => (far(one) < far(best) ? one : best), first) : null;
}
