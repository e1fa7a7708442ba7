import type { EnvironmentPlace } from "@millrace/routes";
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
