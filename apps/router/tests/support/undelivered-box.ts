import { gunzipSync } from "node:zlib";
import type { UndeliveredStore } from "@millrace/destinations";
import type { UndeliveredEvent } from "../../src/index.ts";

/** A store of undelivered events that keeps its objects, or fails as told. */
export class UndeliveredBox implements UndeliveredStore {
  readonly objects = new Map<string, Uint8Array>();
  puts = 0;
  /** Throws when the object is not to be taken. */
  fail: (key: string, signal: AbortSignal) => void | Promise<void> = () => undefined;

  async put(key: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    this.puts += 1;
    await this.fail(key, signal);
    this.objects.set(key, bytes);
  }

  /**
   * The undelivered events of a folder, in the order in which they were stored; of all folders when there is none
   * given.
   */
  events(folder = ""): UndeliveredEvent[] {
    return [...this.objects]
      .filter(([key]) => key.startsWith(folder))
      .flatMap(([, bytes]) => gunzipSync(bytes).toString("utf8").trimEnd().split("\n"))
      .map((line) => JSON.parse(line) as UndeliveredEvent);
  }
}
