/**
 * What CloudEvents takes for the identity of an event; written here once more, so that the check does not trust the
 * checked.
 */
export function identityOf({ source, id }: { readonly source: string; readonly id: string }): string {
  return JSON.stringify([source, id]);
}
