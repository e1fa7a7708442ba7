/** Ways through a pattern that a matcher may try at one place, and how many of its repetitions have no end. */
interface Ways {
  readonly count: number;
  readonly endless: number;
}

const atom =
  /\\(?:u\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[pP]\{[^}]*\}|c[A-Za-z]|[^1-9kbB])|\[(?:\\.|[^\]\\])*\]|[^\\[\](){}|*+?]/uy;
const repetition = /(?:(\*)|(\+)|(\?)|\{(\d+)(,?)(\d*)\})\??/uy;
/** Far more than any pattern may have: counting ends here. */
const MAX_COUNTED_WAYS = 2 ** 40;
/** Of a pattern that tries them at each character of the text: 1 MB then takes a second or two. */
const MAX_REPEATED_WAYS = 1_000;

/**
 * Ways that a matcher may try to match a pattern, per character of the text: an upper bound. `undefined` for a pattern
 * that this cannot tell of: one without `^`, with two repetitions without end or one inside another, with look-around
 * or references back.
 */
export function countWays(pattern: string): number | undefined {
  if (!pattern.startsWith("^")) return undefined;
  let index = 1;

  /** The pattern of a group: up to `)` or the end. */
  function readAlternatives(): Ways | undefined {
    let all: Ways = { count: 0, endless: 0 };
    for (;;) {
      const one = readSequence();
      if (one === undefined) return undefined;
      all = { count: all.count + one.count, endless: all.endless + one.endless };
      if (pattern[index] !== "|") return all;
      index += 1;
    }
  }

  function readSequence(): Ways | undefined {
    let all: Ways = { count: 1, endless: 0 };
    while (index < pattern.length && pattern[index] !== "|" && pattern[index] !== ")") {
      const item = readItem();
      if (item === undefined) return undefined;
      all = { count: all.count * item.count, endless: all.endless + item.endless };
    }
    return all;
  }

  function readItem(): Ways | undefined {
    const inner = pattern[index] === "(" ? readGroup() : readAtom();
    if (inner === undefined) return undefined;
    repetition.lastIndex = index;
    const match = repetition.exec(pattern);
    if (match === null) return inner;
    index = repetition.lastIndex;
    const [, star, plus, maybe, from, comma, to] = match;
    if (maybe !== undefined) return { count: inner.count + 1, endless: inner.endless };
    const least = Number(from ?? 0);
    const most =
      star !== undefined || plus !== undefined || (comma === "," && to === "") ? Infinity : Number(to || from);
    if (most === Infinity) return inner.count === 1 && inner.endless === 0 ? { count: 1, endless: 1 } : undefined;
    if (inner.endless > 0 && most > 1) return undefined;
    if (inner.count === 1) return { count: most - least + 1, endless: inner.endless };
    let count = 0;
    for (let times = least; times <= most && count < MAX_COUNTED_WAYS; times += 1) count += inner.count ** times;
    return { count, endless: inner.endless };
  }

  function readGroup(): Ways | undefined {
    if (pattern.startsWith("(?:", index)) index += 3;
    else if (pattern.startsWith("(?", index)) return undefined;
    else index += 1;
    const inner = readAlternatives();
    index += 1;
    return inner;
  }

  function readAtom(): Ways | undefined {
    atom.lastIndex = index;
    if (!atom.test(pattern)) return undefined;
    index = atom.lastIndex;
    return { count: 1, endless: 0 };
  }

  const whole = readSequence();
  // An alternative of the whole pattern has no `^` of its own.
  if (whole === undefined || index < pattern.length) return undefined;
  if (whole.endless === 1 && whole.count > MAX_REPEATED_WAYS) return undefined;
  return whole.endless <= 1 ? whole.count : undefined;
}
