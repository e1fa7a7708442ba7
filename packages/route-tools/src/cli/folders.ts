import { join } from "node:path";

/** The repository's folders; commands take others by option. */
const repository = join(import.meta.dirname, "../../../..");

export const folders = {
  repository,
  schemas: join(repository, "schemas"),
  routes: join(repository, "schemas/routes"),
  /** Where the environments lie; rendered by `infra`. */
  environments: join(repository, "infra/environments.json"),
} as const;
