import { ListShardsCommand, type ListShardsCommandOutput, type Shard } from "@aws-sdk/client-kinesis";
import { callWithTimeout, NobodyWaits, type PendingRequest } from "../wire/call-with-timeout.ts";
import type { Clock } from "../time/clock.ts";
import { ShardMap } from "./shard-map.ts";
import type { StreamIdentity } from "./stream-identity.ts";
import type { KinesisSender } from "../types.ts";

/** Interval between calls. ListShards is limited to 100 calls a second and stream, shared by all producers. */
const MIN_REFRESH_INTERVAL_MS = 1000;
const MAX_REFRESH_INTERVAL_MS = 60_000;

const TIMEOUT_MS = 5000;

/** More pages than any stream has. It ends the loop for a server that never stops paging. */
const MAX_PAGES = 100;

/**
 * Keeps the shard map. Loads it on first use, and again when a record was stored in another shard than the map has for
 * its key.
 */
export class ShardMapSource {
  readonly #client: KinesisSender;
  readonly #stream: StreamIdentity;
  readonly #clock: Clock;
  #map: ShardMap | undefined;
  #isLoading = false;
  #request: PendingRequest | undefined;
  #nextAllowedAt = Number.NEGATIVE_INFINITY;
  #intervalMs = MIN_REFRESH_INTERVAL_MS;

  constructor(client: KinesisSender, stream: StreamIdentity, clock: Clock) {
    this.#client = client;
    this.#stream = stream;
    this.#clock = clock;
  }

  /** The last map read. Undefined before: then records have no predicted shard, and no shard is limited. */
  get current(): ShardMap | undefined {
    return this.#map;
  }

  /** Loads the map if there is none. */
  want(onLoaded: (map: ShardMap) => void): void {
    if (this.#map === undefined) this.refresh(onLoaded);
  }

  /** Loads a newer map in the background, unless one is being loaded or was loaded moments ago. */
  refresh(onLoaded: (map: ShardMap) => void): void {
    const now = this.#clock.now();
    if (this.#isLoading || now < this.#nextAllowedAt) return;
    this.#isLoading = true;
    this.#list().then(
      (map) => {
        this.#isLoading = false;
        this.#intervalMs = MIN_REFRESH_INTERVAL_MS;
        this.#nextAllowedAt = this.#clock.now() + this.#intervalMs;
        this.#map = map;
        onLoaded(map);
      },
      (error: unknown) => {
        this.#isLoading = false;
        if (error instanceof NobodyWaits) return;
        // Not allowed, not reachable, not implemented: writing works without a map, so this is no fault to report.
        this.#intervalMs = Math.min(MAX_REFRESH_INTERVAL_MS, this.#intervalMs * 2);
        this.#nextAllowedAt = this.#clock.now() + this.#intervalMs;
      },
    );
  }

  stopAsking(): void {
    this.#request?.abandon(new NobodyWaits());
  }

  async #list(): Promise<ShardMap> {
    const shards: Shard[] = [];
    let token: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const command = new ListShardsCommand(
        token === undefined ? { ...this.#stream.input, ShardFilter: { Type: "AT_LATEST" } } : { NextToken: token },
      );
      this.#request = callWithTimeout((call) => this.#client.send(command, call), this.#clock, TIMEOUT_MS);
      const answer = (await this.#request.answer.finally(() => (this.#request = undefined))) as
        | Partial<ListShardsCommandOutput>
        | undefined;
      shards.push(...(answer?.Shards ?? []));
      token = answer?.NextToken;
      if (token === undefined) break;
    }
    const map = new ShardMap(shards);
    if (map.size === 0) throw new Error("ListShards named no open shard");
    return map;
  }
}
