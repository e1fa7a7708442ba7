// Escapes that the detectors do not read themselves: escapes of escapes, and of `"`, `+`, `-`, `.` and the no-break space; letters and digits of
// full width, as keyboards of East Asia write them.
const disguise = /%(?:25|22|2[BDE]|C2%A0)|[\uff01-\uff5e]/iu;
const fullWidth = /[\uff01-\uff5e]/gu;
const fullWidthOffset = 0xfee0;
/** Parts of an address that are escaped each by itself. */
const parts = /[^?&#;]+/gu;
/** An address inside an address inside an address. */
const maxEscapes = 3;

/**
 * Scans the parts of a text that the detectors would not read as they are: each is written plainly, and stays as it was unless
 * something is found in it. Linear, as parts are scanned one by one.
 *
 * @param scanPlain gives a text without what was found in it
 */
export function scanEscaped(text: string, scanPlain: (plain: string) => string): string {
  if (!disguise.test(text)) return text;
  return text.replaceAll(parts, (part) => {
    if (!disguise.test(part)) return part;
    const plain = writePlainly(part);
    const scanned = scanPlain(plain);
    return scanned === plain ? part : writeAsBefore(scanned, part);
  });
}

function writePlainly(part: string): string {
  let plain = part.replaceAll(fullWidth, (character) => String.fromCharCode(character.charCodeAt(0) - fullWidthOffset));
  for (let round = 0; round < maxEscapes && plain.includes("%"); round++) plain = unescapeOnce(plain);
  return plain;
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

/** What was escaped is escaped again, but for the brackets that tell what was found. */
function writeAsBefore(scanned: string, part: string): string {
  if (!part.includes("%")) return scanned;
  const separator = scanned.indexOf("=") + 1;
  const name = scanned.slice(0, separator);
  return (
    name + encodeURIComponent(scanned.slice(separator).toWellFormed()).replaceAll("%5B", "[").replaceAll("%5D", "]")
  );
}
