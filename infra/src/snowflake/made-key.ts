import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Who logs in: the user that deploys, or the one that only sees. */
export type ServiceUser = "deploy" | "plan";

/** Private key that `bootstrap` made on this machine; `undefined` where it made none, or its files were deleted. */
export function madeKey(root: string, environment: string, user: ServiceUser): string | undefined {
  const file = join(root, ".local/bootstrap", environment, "private", `snowflake-${user}.p8`);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
