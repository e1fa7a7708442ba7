import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EnvironmentConfig } from "../../config/schema.ts";
import { DrillError } from "../../errors.ts";
import type { AwsCommandLine } from "../../programs/aws-command-line.ts";
import { openStateBucket } from "./accounts.ts";
import { filesOf, findSecrets, type Place, turboCache } from "./hiding-places.ts";
import type { NewUser } from "./new-user.ts";

export interface SearchOptions {
  readonly user: NewUser;
  readonly config: EnvironmentConfig;
  readonly aws: AwsCommandLine;
  /** Where the commands made their temporary files. */
  readonly temporary: string;
}

const PRIVATE = ".local/bootstrap/dev/private/";
const SHOWN_ONCE = / shown this once: (?<key>mrw_\w+_[\w-]+)/;

/**
 * Looks for every secret that day one made, wherever it left something.
 *
 * @throws DrillError with the places that have one
 */
export async function leftSecrets({ user, config, aws, temporary }: SearchOptions): Promise<string> {
  const { folder: clone, log } = user;
  const key = (name: string): string => readFileSync(join(clone, PRIVATE, name), "utf8");
  const privacyKeys = config.privacyKeys.from === "inline" ? "" : config.privacyKeys.secretName;
  const { SecretString: value } = await aws.read("secretsmanager get-secret-value", "--secret-id", privacyKeys);
  const secrets = {
    "The write key": SHOWN_ONCE.exec(log)?.groups?.["key"] ?? "",
    "A privacy key": (JSON.parse(value ?? "[]") as readonly { key: string }[])[0]?.key ?? "",
    "The key of Snowflake's deploying user": key("snowflake-deploy.p8").split("\n")[1] ?? "",
    "The key of Snowflake's planning user": key("snowflake-plan.p8").split("\n")[1] ?? "",
    "The key of saved plans": key("saved-plan.key"),
  };
  const unknown = Object.entries(secrets).filter(([, secret]) => secret === "");
  if (unknown.length > 0) throw new DrillError(`Day one made no secret to look for: ${unknown.join(", ")}.`);

  const stored = join(temporary, "stored");
  mkdirSync(stored);
  await openStateBucket(aws, config);
  await aws.run(["s3", "sync", `s3://${config.state.bucket}`, stored]);
  const states = filesOf(stored);
  const cached = turboCache(clone);
  if (states.length === 0 || cached.length === 0) throw new DrillError("There is no state, or Turbo cached nothing.");
  const places: readonly Place[] = [
    ...states,
    ...cached,
    ...filesOf(temporary),
    ...filesOf(clone, (path) => path.includes(PRIVATE)),
    // Bootstrap shows the write key once, to the user who runs it.
    ["what the commands printed", log.replace(SHOWN_ONCE, "")],
  ];
  const found = findSecrets(secrets, places);
  if (found.length > 0) throw new DrillError(found.join("\n"));
  return (
    `${Object.keys(secrets).length} secrets: in none of ${states.length} stored states, ${cached.length} entries of ` +
    `Turbo's cache, ${places.length - states.length - cached.length - 1} files, and ${log.length} characters of output`
  );
}
