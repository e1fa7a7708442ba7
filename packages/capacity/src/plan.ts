import { type Assessment, assess, resize, shardsNeeded } from "./model/assess.ts";
import { type Bill, billOf, streamDollars, type StreamMode } from "./model/bill.ts";
import { PLANNED_LOAD } from "./model/costs-of-work.ts";
import type { Mix } from "./model/mix.ts";
import { packedBy } from "./model/packing.ts";
import { HOURS_PER_MONTH, prices, SECONDS_PER_MONTH } from "./prices.ts";
import type { Plant } from "./stack/plant.ts";

/** Load, sizes and cost of a deployment at some rates. */
export interface CapacityPlan {
  readonly stage: string;
  readonly sizes: string;
  readonly pricesAsOf: string;
  readonly first: Assessment["first"];
  readonly rates: readonly RatePlan[];
}

export interface RatePlan {
  readonly eventsPerSecond: number;
  readonly parts: Assessment["parts"];
  /** The deployment with more of what the rate asks for. */
  readonly grown: Bill;
  /** The deployment with exactly what the rate asks for. */
  readonly fitted: Bill;
  /** Dollars a month of the streams alone, fitted, by the way they are billed. */
  readonly streamsByMode: Readonly<Record<Exclude<StreamMode, "as deployed">, number>>;
}

export function planCapacity(plant: Plant, mix: Mix, rates: readonly number[]): CapacityPlan {
  const [lowest = 1] = rates;
  return {
    stage: plant.stage,
    sizes: mix.from,
    pricesAsOf: prices.asOf,
    first: assess(plant, packedBy(plant, mix, lowest), lowest).first,
    rates: rates.map((eventsPerSecond): RatePlan => {
      const present = packedBy(plant, mix, eventsPerSecond);
      const provisioned = provision(plant, present, eventsPerSecond);
      const billAt = (sized: Plant): Bill => billOf(sized, packedBy(sized, mix, eventsPerSecond), eventsPerSecond);
      const provisionedMix = packedBy(provisioned, mix, eventsPerSecond);
      const dollarsOf = (mode: StreamMode): number =>
        streamDollars(provisioned, provisionedMix, eventsPerSecond * SECONDS_PER_MONTH, HOURS_PER_MONTH, mode);
      return {
        eventsPerSecond,
        parts: assess(plant, present, eventsPerSecond).parts,
        grown: billAt(resize(plant, present, eventsPerSecond, "grow")),
        fitted: billAt(resize(plant, present, eventsPerSecond, "fit")),
        streamsByMode: {
          provisioned: dollarsOf("provisioned"),
          "on-demand Standard": dollarsOf("on-demand Standard"),
          "on-demand Advantage": dollarsOf("on-demand Advantage"),
        },
      };
    }),
  };
}

/** The deployment with every stream provisioned as a rate asks for. */
const provision = (plant: Plant, mix: Mix, eventsPerSecond: number): Plant => ({
  ...plant,
  streams: plant.streams.map((stream) => ({ ...stream, shards: shardsNeeded(stream, mix, eventsPerSecond) })),
});

/** Per cent of a limit that plans use. */
export const plannedPercent = PLANNED_LOAD * 100;
