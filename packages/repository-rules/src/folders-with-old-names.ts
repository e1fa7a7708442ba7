/**
 * Folders whose modules still name numbers in camelCase. The list only shrinks: a folder without a fault must leave it,
 * and no folder may be added.
 */
export const foldersWithOldNames: readonly string[] = [
  "apps/console",
  "apps/enrichment",
  "apps/ingest",
  "apps/local",
  "apps/simulate",
  "infra",
  "packages/aws-simulator",
  "packages/contract-tools",
  "packages/enrichments",
  "packages/event-contracts",
  "packages/pipeline-source",
  "packages/replay",
  "packages/sender-adapters",
  "packages/stored-events",
];
