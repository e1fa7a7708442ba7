import { closestName, type EnvironmentPlace } from "@millrace/routes";
import { readFileSync } from "node:fs";
import { UsageError } from "../errors.ts";
import { folders } from "./folders.ts";

/** The environments that destinations are resolved in. */
export function readEnvironmentPlaces(file: string = folders.environments): readonly EnvironmentPlace[] {
  try {
    const { environments } = JSON.parse(readFileSync(file, "utf8")) as { environments: readonly EnvironmentPlace[] };
    return environments;
  } catch (cause) {
    throw new UsageError(`${file} does not say where the environments lie; infra renders it`, { cause });
  }
}

/** @throws UsageError when there is no such environment, with the one that was meant. */
export function placeNamed(stage: string, places: readonly EnvironmentPlace[]): EnvironmentPlace {
  const place = places.find(({ name }) => name === stage);
  if (place !== undefined) return place;
  const names = places.map(({ name }) => name);
  const closest = closestName(stage, names);
  const hint = closest === undefined ? `There are ${names.join(", ")}.` : `Did you mean "${closest}"?`;
  throw new UsageError(`There is no stage "${stage}". ${hint}`);
}
