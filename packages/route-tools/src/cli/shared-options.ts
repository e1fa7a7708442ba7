import { join } from "node:path";
import { Option } from "@millrace/command-line";
import { folders } from "./folders.ts";

/** Options of several commands, by default what lies in this repository. */
export const sharedOptions = {
  routes: new Option("--routes <folder>", "route documents").default(folders.routes, "schemas/routes"),
  schemas: new Option("--schemas <folder>", "contracts").default(folders.schemas, "schemas"),
  environments: new Option("--environments <file>", "where the environments lie").default(
    folders.environments,
    "infra/environments.json",
  ),
  /** By default where `pnpm start` keeps its state when it is not told otherwise. */
  state: new Option("--state <folder>", "of the running pipeline").default(
    join(folders.repository, ".local"),
    ".local",
  ),
};
