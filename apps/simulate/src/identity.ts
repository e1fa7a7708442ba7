/**
 * Returns the identity of an event as CloudEvents defines it. It is written here once more, so that the check does not
 * trust the checked code.
 */
export function identityOf({ source, id }: { readonly source: string; readonly id: string }): string {
  return JSON.stringify([source, id]);
}

/** The attributes of an event that tell its copies apart. */
export interface CopyAttributes {
  readonly source: string;
  readonly id: string;
  readonly receivedat: string;
  readonly replayedat?: string;
}

/** Tells apart what was sent or processed again: each is a copy of its own. */
export function copyOf({ source, id, receivedat, replayedat }: CopyAttributes): string {
  return JSON.stringify([source, id, receivedat, ...(replayedat === undefined ? [] : [replayedat])]);
}
