import type { EventCopy, HopFigures, PipelineSource } from "@millrace/pipeline-source";
import type { RouteFlow } from "../api.ts";
import { FLOW_COPIES, FLOW_KEPT_MS } from "../events/limits.ts";
import { findDestination } from "./find-destination.ts";

/** A copy at a destination. */
interface Delivered {
  readonly routes: readonly string[];
  readonly acceptedMs: number;
  readonly arrivedMs: number;
}

const MINUTE_MS = 60_000;

/**
 * Rate, freshness and last copy of each route, from the newest copies at its destination: a copy names its routes and
 * when its event was accepted. Destinations are read when somebody asks, every few seconds at most.
 */
export class RouteFlows {
  readonly #source: PipelineSource;
  readonly #kept = new Map<string, { readonly atMs: number; readonly copies: Promise<readonly Delivered[]> }>();

  constructor(source: PipelineSource) {
    this.#source = source;
  }

  /**
   * @param route its application and name, `fraud/purchases`
   * @throws what the pipeline says of a destination that cannot be read
   */
  async of(route: string, destination: string, hops: readonly HopFigures[], nowMs: number): Promise<RouteFlow> {
    const hop = findDestination(hops, destination);
    if (hop === undefined || !hop.exists) return noFlow;
    const copies = await this.#copiesOf(hop.name, nowMs);
    return flowOf(
      copies.filter(({ routes }) => routes.includes(route)),
      copies,
      nowMs,
    );
  }

  #copiesOf(stream: string, nowMs: number): Promise<readonly Delivered[]> {
    const known = this.#kept.get(stream);
    if (known !== undefined && nowMs - known.atMs < FLOW_KEPT_MS) return known.copies;
    const copies = this.#source.readLines({ stream, limit: FLOW_COPIES }).then(({ lines }) => lines.flatMap(readCopy));
    this.#kept.set(stream, { atMs: nowMs, copies });
    return copies;
  }
}

const noFlow: RouteFlow = { copies: 0, rate: 0, p99Ms: null, lastMs: null };

/** @param all copies of the destination, newest first: where these are of less than a minute, so is the rate */
function flowOf(own: readonly Delivered[], all: readonly Delivered[], nowMs: number): RouteFlow {
  const oldestMs = all.length < FLOW_COPIES ? 0 : (all.at(-1)?.arrivedMs ?? 0);
  const fromMs = Math.max(nowMs - MINUTE_MS, oldestMs);
  const recent = own.filter(({ arrivedMs }) => arrivedMs >= fromMs).length;
  const ages = own
    .map(({ acceptedMs, arrivedMs }) => Math.max(0, arrivedMs - acceptedMs))
    .filter((ms) => !Number.isNaN(ms))
    .sort((one, other) => one - other);
  return {
    copies: own.length,
    rate: recent / (Math.max(1_000, nowMs - fromMs) / 1_000),
    p99Ms: ages[Math.ceil(ages.length * 0.99) - 1] ?? null,
    lastMs: own[0]?.arrivedMs ?? null,
  };
}

function readCopy({ text, arrivedAt }: EventCopy): readonly Delivered[] {
  try {
    const value = JSON.parse(text) as { readonly detail?: object };
    // A bus has the event as the detail of its own.
    const { event, processing } = (value.detail ?? value) as {
      readonly event?: { readonly receivedat?: string };
      readonly processing?: { readonly router?: { readonly routes?: readonly string[] } };
    };
    const routes = processing?.router?.routes ?? [];
    return [{ routes, acceptedMs: Date.parse(event?.receivedat ?? ""), arrivedMs: Date.parse(arrivedAt) }];
  } catch {
    return [];
  }
}
