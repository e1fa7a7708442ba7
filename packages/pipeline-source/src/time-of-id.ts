/** The first 48 bits of a UUID of version 7 are its time: https://www.rfc-editor.org/rfc/rfc9562#section-5.7 */
const uuidV7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** Returns when an id was made, epoch milliseconds, by the clock of its maker; undefined when it does not tell. */
export function timeOfId(id: string): number | undefined {
  const [, high, low] = uuidV7.exec(id) ?? [];
  return high === undefined || low === undefined ? undefined : Number.parseInt(`${high}${low}`, 16);
}
