import { ConfigError, UnknownEnvironmentError } from "../errors.ts";
import { defaultsFor, type EnvironmentInput } from "./defaults.ts";
import { ENVIRONMENTS, environmentInput } from "./environments.ts";
import { merge } from "./merge.ts";
import { relationFaults } from "./relations.ts";
import { type EnvironmentConfig, type EnvironmentName, shapeFaults } from "./schema.ts";

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

/** The configuration that an environment's file makes together with the defaults, checked. */
export const completeConfig = (environment: string, input: EnvironmentInput): EnvironmentConfig =>
  validateConfig(environment, {
    ...(merge(defaultsFor({ environment, aws: input.aws }), input) as object),
    environment,
  });

/** The validated configuration of an environment. */
export function loadConfig(environment: EnvironmentName): EnvironmentConfig {
  const input = environmentInput(parseEnvironmentName(environment));
  if (input === undefined) throw new UnknownEnvironmentError(environment, ENVIRONMENTS);
  return completeConfig(environment, input);
}
