const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;
const INITIAL_BIAS = 72;
const INITIAL_CODE_POINT = 128;
const maxCodePoint = 0x10_ff_ff;

/** True if a label that begins with `xn--` stands for a name in other letters than ASCII (RFC 5890 to 5892). */
export function isInternationalizedLabel(label: string): boolean {
  // Expressions over scripts take time to set up, and few starts of a function ever need them: they are made here.
  const bothArabicDigits = /[\u0660-\u0669].*[\u06f0-\u06f9]|[\u06f0-\u06f9].*[\u0660-\u0669]/u;
  const name = decodePunycode(label.slice("xn--".length).toLowerCase());
  if (name === undefined || /^\p{M}|^-|-$|^..--/u.test(name)) return false;
  if (name !== name.normalize("NFKC").toLowerCase().normalize("NFKC") || bothArabicDigits.test(name)) return false;
  const withoutDots = name.replaceAll("\u30fb", "");
  const isJapanese = /[\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Han}]/u.test(withoutDots);
  const rest = withoutInContext(isJapanese ? withoutDots : name);
  if (rest === "") return name !== "";
  // Code points that RFC 5892 lets stand in a label, but for those that depend on their neighbours.
  const isDisallowed = /\u0640|\u07fa|\u302e|\u302f|[\u3031-\u3035]|\u303b/u.test(rest);
  return !isDisallowed && /^[\p{L}\p{M}\p{N}\u06fd\u06fe\u0f0b\u3007-]+$/u.test(rest);
}

/** The name without code points that count as letters in some places only: RFC 5892, appendix A. */
function withoutInContext(name: string): string {
  return name
    .replaceAll(/(?<=l)\u00b7(?=l)|\u0375(?=\p{sc=Greek})|(?<=\p{sc=Hebrew})[\u05f3\u05f4]/gu, "")
    .replaceAll(afterVirama, "")
    .replaceAll(/(?<=\p{sc=Arabic})\u200c(?=\p{sc=Arabic})/gu, "");
}

const afterVirama =
  /(?<=\u094d|\u09cd|\u0a4d|\u0acd|\u0b4d|\u0bcd|\u0c4d|\u0ccd|\u0d4d|\u0dca|\u0e3a|\u0f84|\u1039|\u17d2)[\u200c\u200d]/gu;

/** RFC 3492, section 6.2; `undefined` for what is no Punycode, and for what is ASCII alone. */
function decodePunycode(text: string): string | undefined {
  const end = text.lastIndexOf("-");
  const points = Array.from(text.slice(0, Math.max(end, 0)), (character) => character.codePointAt(0) ?? 0);
  const plain = points.length;
  let [point, bias, position] = [INITIAL_CODE_POINT, INITIAL_BIAS, 0];
  for (let index = end + 1; index < text.length; ) {
    const start = position;
    for (let weight = 1, k = BASE; ; k += BASE) {
      const digit = digitOf(text.charCodeAt(index));
      index += 1;
      if (digit === undefined) return undefined;
      position += digit * weight;
      const threshold = Math.min(Math.max(k - bias, T_MIN), T_MAX);
      if (digit < threshold) break;
      weight *= BASE - threshold;
    }
    const count = points.length + 1;
    bias = adapt(position - start, count, start === 0);
    point += Math.floor(position / count);
    if (point > maxCodePoint) return undefined;
    position %= count;
    points.splice(position, 0, point);
    position += 1;
  }
  return points.length === plain ? undefined : String.fromCodePoint(...points);
}

/** `a` to `z` are 0 to 25, `0` to `9` are 26 to 35; the end of the text is no digit. */
function digitOf(unit: number): number | undefined {
  if (unit >= 0x61 && unit <= 0x7a) return unit - 0x61;
  return unit >= 0x30 && unit <= 0x39 ? unit - 0x30 + 26 : undefined;
}

function adapt(difference: number, count: number, isFirst: boolean): number {
  let delta = isFirst ? Math.floor(difference / DAMP) : Math.floor(difference / 2);
  delta += Math.floor(delta / count);
  let k = 0;
  for (; delta > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) delta = Math.floor(delta / (BASE - T_MIN));
  return k + Math.floor(((BASE - T_MIN + 1) * delta) / (delta + SKEW));
}
