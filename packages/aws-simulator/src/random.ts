/** A source of numbers in [0, 1). */
export type Random = () => number;

/**
 * A generator whose whole sequence follows from its seed (sfc32, seeded through FNV-1a). Not for secrets.
 *
 * Give each concern its own generator (`createRandom("7/throttle")`, `createRandom("7/latency")`): then one more draw
 * for one of them does not change what the others get.
 *
 * @example
 * ```ts
 * const random = createRandom(7);
 * random() === createRandom(7)(); // true
 * ```
 */
export function createRandom(seed: number | string): Random {
  const text = String(seed);
  let a = hashText(text, 0x811c9dc5);
  let b = hashText(text, 0x9e3779b9);
  let c = hashText(text, 0x85ebca6b);
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return (sum >>> 0) / 0x1_0000_0000;
  };
  // The first outputs of sfc32 still resemble the seed.
  for (let round = 0; round < 12; round += 1) next();
  return next;
}

/** A whole number in [min, max], both included. */
export function randomInteger(random: Random, min: number, max: number): number {
  return min + Math.floor(random() * (max - min + 1));
}

/** One of `choices`. */
export function randomChoice<const T>(random: Random, choices: readonly [T, ...T[]]): T {
  return choices[Math.floor(random() * choices.length)] ?? choices[0];
}

function hashText(text: string, basis: number): number {
  let hash = basis;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash | 0;
}
