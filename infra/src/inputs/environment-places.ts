import type { EnvironmentPlace } from "@millrace/routes";
import { ENVIRONMENTS } from "../config/environments.ts";
import { loadConfig } from "../config/load-config.ts";
import type { EnvironmentConfig } from "../config/schema.ts";
import { bucketName, physicalName, prefixOf } from "../names.ts";

/**
 * The account, region and names that resolve a destination, of every environment; the given configurations stand for
 * those of their files.
 */
export function environmentPlaces(configs: readonly EnvironmentConfig[] = []): readonly EnvironmentPlace[] {
  return ENVIRONMENTS.map((name) =>
    placeOf(configs.find(({ environment }) => environment === name) ?? loadConfig(name)),
  );
}

function placeOf({ environment, aws, adopt, functions, packing, warehouse }: EnvironmentConfig): EnvironmentPlace {
  const { raw, enriched, badRows } = adopt?.streams ?? {};
  const { organization, account, database, schema, readerRole } = warehouse;
  return {
    name: environment,
    region: aws.region,
    accountId: aws.accountId,
    streamPrefix: `${prefixOf(environment)}-`,
    lakeBucket: adopt?.buckets?.lake ?? bucketName(environment, "lake", aws.accountId),
    deadLetterBucket: adopt?.buckets?.deadLetters ?? bucketName(environment, "dead-letters", aws.accountId),
    pipelineStreams: [
      raw ?? physicalName(environment, "raw"),
      enriched ?? physicalName(environment, "enriched"),
      badRows ?? physicalName(environment, "bad-rows"),
    ],
    enrichedCompression: packing.compression,
    routerTimeoutMs: functions.router.timeout * 1_000,
    ...(environment === "local" ? {} : { warehouse: { organization, account, database, schema, readerRole } }),
  };
}

/** The text of `infra/environments.json`, by which `pnpm routes` resolves destinations. */
export function renderEnvironmentPlaces(): string {
  const $comment = "Rendered from src/environments by `pnpm --filter @millrace/infra run places`; do not edit.";
  return `${JSON.stringify({ $comment, environments: environmentPlaces() }, null, 2)}\n`;
}
