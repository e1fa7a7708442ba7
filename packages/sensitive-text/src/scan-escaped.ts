// Escapes that the detectors do not read themselves: escapes of escapes, and of `"`, `+`, `-`, `.` and the no-break
// space; letters and digits of full width, as keyboards of East Asia write them; entities of HTML; and characters that
// are invisible, or look like another.
const disguise = /%(?:25|22|2[BDE]|C2%A0|E2%80%8[B-D]|EF%B[BC])|[\uff01-\uff5e]/iu;
const wholeDisguise =
  /&(?:#|commat;|period;|plus;|lowbar;|hyphen;|amp;)|[\u00ad\u180e\u200b-\u200d\u2060\ufe6b\ufeff]/iu;
const invisible = /[\u00ad\u180e\u200b-\u200d\u2060\ufeff]/gu;
const entities = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|commat|period|plus|lowbar|hyphen|quot|nbsp));?/giu;
const characterOf: Readonly<Record<string, string>> = {
  amp: "&",
  commat: "@",
  period: ".",
  plus: "+",
  lowbar: "_",
  hyphen: "-",
  quot: '"',
  nbsp: "\u00a0",
};
/** An entity of an entity, as a page shows that quotes another. */
const MAX_ENTITIES = 2;
const fullWidth = /[\uff01-\uff5e]/gu;
const fullWidthOffset = 0xfee0;
/** Parts of an address that are escaped each by itself. */
const parts = /[^?&#;]+/gu;
/** An address inside an address inside an address. */
const MAX_ESCAPES = 3;

/**
 * Scans the parts of a text that the detectors would not read as they are: each is written plainly, and stays as it was
 * unless something is found in it. Linear, as parts are scanned one by one.
 *
 * @param scanPlain gives a text without what was found in it
 */
export function scanEscaped(text: string, scanPlain: (plain: string) => string): string {
  const revealed = wholeDisguise.test(text) ? scanRevealed(text, scanPlain) : text;
  if (!disguise.test(revealed)) return revealed;
  return revealed.replaceAll(parts, (part) => {
    if (!disguise.test(part)) return part;
    const plain = writePlainly(part);
    const scanned = scanPlain(plain);
    return scanned === plain ? part : writeAsBefore(scanned, part);
  });
}

/** An entity or an invisible character may be anywhere in what is looked for, so such a text is read as a whole. */
function scanRevealed(text: string, scanPlain: (plain: string) => string): string {
  let plain = text;
  for (let round = 0; round < MAX_ENTITIES && plain.includes("&"); round++)
    plain = plain.replaceAll(entities, readEntity);
  plain = plain.replaceAll(invisible, "").replaceAll("\ufe6b", "@");
  const scanned = scanPlain(plain);
  // Findings that stand undisguised are left to the scan of the text itself, which keeps the rest as it was.
  return scanned === plain || scanned === scanPlain(text) ? text : scanned;
}

function readEntity(entity: string, decimal?: string, hexadecimal?: string, name?: string): string {
  if (name !== undefined) return characterOf[name.toLowerCase()] ?? entity;
  const code = decimal === undefined ? Number.parseInt(hexadecimal ?? "", 16) : Number(decimal);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : entity;
}

function writePlainly(part: string): string {
  let plain = part.replaceAll(fullWidth, (character) => String.fromCharCode(character.charCodeAt(0) - fullWidthOffset));
  for (let round = 0; round < MAX_ESCAPES && plain.includes("%"); round++) plain = unescapeOnce(plain);
  return plain.replaceAll(invisible, "");
}

function unescapeOnce(text: string): string {
  return text.replaceAll(/(?:%[\da-f]{2})+/giu, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      // No UTF-8: nothing that a detector knows.
      return escapes;
    }
  });
}

/** Escapes the text again, except the brackets that name a finding. */
function writeAsBefore(scanned: string, part: string): string {
  if (!part.includes("%")) return scanned;
  const separator = scanned.indexOf("=") + 1;
  const name = scanned.slice(0, separator);
  return (
    name + encodeURIComponent(scanned.slice(separator).toWellFormed()).replaceAll("%5B", "[").replaceAll("%5D", "]")
  );
}
