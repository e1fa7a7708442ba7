const TWO_POW_32 = 2 ** 32;

/**
 * Returns a number in [0, 1) that follows from an event's identity alone. So a route that samples 10 % delivers the
 * same events at every run and after every retry, and a route with a larger share also delivers the events of one with
 * a smaller share.
 */
export function samplePoint(identity: string): number {
  // Murmur3's mixing over UTF-16 units, two lanes so that the 32 bits depend on every character.
  let hash = 0x9747b28c;
  for (let index = 0; index < identity.length; index += 1) {
    let unit = Math.imul(identity.charCodeAt(index), 0xcc9e2d51);
    unit = (unit << 15) | (unit >>> 17);
    hash ^= Math.imul(unit, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash ^= identity.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / TWO_POW_32;
}
