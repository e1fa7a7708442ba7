import { ConfigError, UnknownEnvironmentError } from "../errors.ts";
import { devConfig } from "./dev.ts";
import { localConfig } from "./local.ts";
import { prodConfig } from "./prod.ts";
import { relationFaults } from "./relations.ts";
import { ENVIRONMENTS, type EnvironmentConfig, type EnvironmentName, shapeFaults } from "./schema.ts";
import { stagingConfig } from "./staging.ts";

const inputs: Readonly<Record<EnvironmentName, unknown>> = {
  local: localConfig,
  dev: devConfig,
  staging: stagingConfig,
  prod: prodConfig,
};

/** Reads a name from the outside; throws {@link UnknownEnvironmentError} with the names there are. */
export function parseEnvironmentName(given: string | undefined): EnvironmentName {
  const known = ENVIRONMENTS.find((environment) => environment === given);
  if (known === undefined) throw new UnknownEnvironmentError(given, ENVIRONMENTS);
  return known;
}

/**
 * Checks a configuration: first every single value, then, when those are sound, how they go together. Throws
 * {@link ConfigError} with all faults of the stage at once.
 */
export function validateConfig(environment: string, input: unknown): EnvironmentConfig {
  const { value, faults } = shapeFaults(input);
  if (value === undefined) throw new ConfigError(environment, faults);
  const mismatches = relationFaults(value);
  if (mismatches.length > 0) throw new ConfigError(environment, mismatches);
  return value;
}

/** The validated configuration of an environment. */
export const loadConfig = (environment: EnvironmentName): EnvironmentConfig =>
  validateConfig(environment, inputs[environment]);
