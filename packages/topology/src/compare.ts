import { isDeepStrictEqual } from "node:util";
import { destinationKinds } from "@millrace/destinations/kinds";
import type { DestinationSettings } from "./destinations/destination-model.ts";
import type {
  DeliveryStreamSettings,
  DynamicTableSettings,
  FunctionSettings,
  LocalTopology,
  MappingSettings,
  ObjectSettings,
  SecretSettings,
  StreamSettings,
  TableSettings,
  ViewSettings,
} from "./stack/topology.ts";

/** A stream that gets another number of shards. */
interface Reshard {
  readonly streamName: string;
  readonly from: number;
  readonly to: number;
}

/** Changes between two definitions of a running pipeline: those possible while it runs, and the rest. */
export interface TopologyChanges {
  readonly newStreams: readonly StreamSettings[];
  readonly newDestinations: readonly DestinationSettings[];
  readonly reshards: readonly Reshard[];
  /** Functions with other code, variables, memory or time. */
  readonly functions: readonly FunctionSettings[];
  readonly mappings: readonly MappingSettings[];
  readonly objects: readonly ObjectSettings[];
  readonly secrets: readonly SecretSettings[];
  readonly newTables: readonly TableSettings[];
  /** New ones, and those with another query. */
  readonly dynamicTables: readonly DynamicTableSettings[];
  /** New ones, and those with another statement. */
  readonly views: readonly ViewSettings[];
  readonly isServiceChanged: boolean;
  /** Those whose objects get another form. One object of both forms cannot be read. */
  readonly newForms: readonly DeliveryStreamSettings[];
  /** In words, such as `stream m-raw: retentionHours`. */
  readonly needRestart: readonly string[];
}

/** Compares two definitions of one pipeline. The content of files is not looked at, except by the hash of a bundle. */
export function compareTopologies(before: LocalTopology, after: LocalTopology): TopologyChanges {
  const streams = match(before.streams, after.streams, nameOf);
  const functions = match(before.functions, after.functions, nameOf);
  const mappings = match(
    before.mappings,
    after.mappings,
    ({ streamArn, functionName }) => `${streamArn} ${functionName}`,
  );
  const deliveries = match(before.deliveryStreams, after.deliveryStreams, nameOf);
  const pipes = match(before.pipes, after.pipes, nameOf);
  const tables = match(before.tables, after.tables, nameOf);
  const dynamicTables = match(before.dynamicTables, after.dynamicTables, nameOf);
  const views = match(before.views, after.views, nameOf);
  const destinations = match(before.destinations, after.destinations, ({ kind, name }) => `${kind} ${name}`);
  const objects = match(before.objects, after.objects, ({ bucket, key }) => `${bucket}/${key}`);
  const schedules = match(before.schedules, after.schedules, nameOf);
  const secrets = match(before.secrets, after.secrets, nameOf);
  return {
    newStreams: streams.added,
    newDestinations: destinations.added,
    reshards: streams.changed.flatMap(([old, stream]) =>
      old.shardCount === undefined || stream.shardCount === undefined || old.shardCount === stream.shardCount
        ? []
        : [{ streamName: stream.name, from: old.shardCount, to: stream.shardCount }],
    ),
    functions: functions.changed.map(([, settings]) => settings),
    mappings: mappings.changed
      .filter(([old, mapping]) => old.parallelizationFactor === mapping.parallelizationFactor)
      .map(([, mapping]) => mapping),
    objects: [...objects.added, ...objects.changed.map(([, object]) => object)],
    secrets: [...secrets.added, ...secrets.changed.map(([, secret]) => secret)],
    newTables: tables.added,
    dynamicTables: [...dynamicTables.added, ...dynamicTables.changed.map(([, table]) => table)],
    views: [...views.added, ...views.changed.map(([, view]) => view)],
    isServiceChanged: !isDeepStrictEqual(before.service, after.service),
    newForms: deliveries.changed
      .filter(([old, delivery]) => old.compressionFormat !== delivery.compressionFormat)
      .map(([, delivery]) => delivery),
    needRestart: [
      ...streams.changed.flatMap(([old, stream]) => differences("stream", old, stream, ["shardCount"])),
      ...removals("stream", streams.removed),
      ...destinations.removed.flatMap((destination) => removals(wordFor(destination), [destination])),
      ...destinations.changed.flatMap(([old, destination]) => differences(wordFor(destination), old, destination)),
      ...additions("function", functions.added),
      ...removals("function", functions.removed),
      ...[...mappings.added, ...mappings.removed].map(({ functionName }) => `the mapping of ${functionName}`),
      ...mappings.changed
        .filter(([old, mapping]) => old.parallelizationFactor !== mapping.parallelizationFactor)
        .map(([, { functionName }]) => `the mapping of ${functionName}: parallelizationFactor`),
      ...additions("schedule", schedules.added),
      ...removals("schedule", schedules.removed),
      ...schedules.changed.flatMap(([old, schedule]) => differences("schedule", old, schedule)),
      ...additions("delivery stream", deliveries.added),
      ...removals("delivery stream", deliveries.removed),
      ...deliveries.changed.flatMap(([old, delivery]) => differences("delivery stream", old, delivery)),
      ...additions("pipe", pipes.added),
      ...removals("pipe", pipes.removed),
      ...pipes.changed.flatMap(([old, pipe]) => differences("pipe", old, pipe)),
      ...removals("table", tables.removed),
      ...tables.changed.flatMap(([old, table]) => differences("table", old, table)),
      ...removals("dynamic table", dynamicTables.removed),
      ...removals("view", views.removed),
    ],
  };
}

interface Matched<T> {
  readonly added: readonly T[];
  readonly removed: readonly T[];
  readonly changed: readonly (readonly [before: T, after: T])[];
}

function match<T>(before: readonly T[], after: readonly T[], keyOf: (item: T) => string): Matched<T> {
  const old = new Map(before.map((item) => [keyOf(item), item]));
  const keys = new Set(after.map(keyOf));
  return {
    added: after.filter((item) => !old.has(keyOf(item))),
    removed: before.filter((item) => !keys.has(keyOf(item))),
    changed: after.flatMap((item) => {
      const counterpart = old.get(keyOf(item));
      return counterpart === undefined || isDeepStrictEqual(counterpart, item) ? [] : [[counterpart, item] as const];
    }),
  };
}

function nameOf({ name }: { readonly name: string }): string {
  return name;
}

function wordFor({ kind }: DestinationSettings): string {
  return destinationKinds[kind].property;
}

type Named = { readonly name: string };

function additions(what: string, items: readonly Named[]): readonly string[] {
  return items.map(({ name }) => `a new ${what} ${name}`);
}

function removals(what: string, items: readonly Named[]): readonly string[] {
  return items.map(({ name }) => `${what} ${name} is gone`);
}

/** The settings that differ and cannot be changed while the part runs. */
function differences<T extends Named>(what: string, before: T, after: T, live: readonly (keyof T)[] = []): string[] {
  const names = (Object.keys(after) as (keyof T & string)[]).filter(
    (name) => !live.includes(name) && !isDeepStrictEqual(before[name], after[name]),
  );
  return names.length === 0 ? [] : [`${what} ${after.name}: ${names.join(", ")}`];
}
