import { TooManyRequestsError } from "@millrace/aws-simulator";

/** A store that can be out of room. */
export interface LimitedStore {
  readonly isWritable: boolean;
  stats(): { readonly refused: number };
}

interface BatchResponse {
  readonly batchItemFailures?: readonly unknown[];
}

/**
 * Keeps a full disk from using up the retries of a mapping: while nothing can be stored no function is invoked, and
 * what failed because of it counts as not invoked. Otherwise Lambda would give up records that were accepted.
 */
export async function invokeWithRoom(store: LimitedStore, invoke: () => Promise<unknown>): Promise<unknown> {
  if (!store.isWritable) throw outOfRoom();
  const { refused } = store.stats();
  const isOutOfRoom = (): boolean => store.stats().refused > refused;
  try {
    const response = (await invoke()) as BatchResponse | undefined;
    if ((response?.batchItemFailures?.length ?? 0) > 0 && isOutOfRoom()) throw outOfRoom();
    return response;
  } catch (error) {
    throw isOutOfRoom() ? outOfRoom() : error;
  }
}

function outOfRoom(): TooManyRequestsError {
  return new TooManyRequestsError("The disk is full; the function is invoked when there is room again.");
}
