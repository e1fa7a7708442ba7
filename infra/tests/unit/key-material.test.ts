import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/load-config.ts";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import { planText } from "../support/plan-text.ts";
import { planOf } from "../synthesized-plan.ts";

const { ingest, privacyKeys } = loadConfig("local");
const localKeys = [
  ...(privacyKeys.from === "inline" ? privacyKeys.value.map(({ key }) => key) : []),
  ...(ingest.writeKeys.from === "inline" ? ingest.writeKeys.value.flatMap(({ sha256 }) => sha256) : []),
];

describe.each(ENVIRONMENTS.filter((name) => name !== "local"))("the plan of %s", (environment) => {
  const { json } = planOf(environment);
  const text = planText(environment);

  test("reads of a secret what it is called, never what it holds", () => {
    const types = [...Object.keys(json.resource), ...Object.keys(json.data)];
    expect(types.filter((type) => type.includes("secret"))).toEqual(["aws_secretsmanager_secret"]);
    expect(Object.keys(json.data.aws_secretsmanager_secret).sort()).toEqual([
      ...(loadConfig(environment).canaries === undefined ? [] : ["canary_key"]),
      "privacy_keys",
      "write_keys",
    ]);
    expect(text).not.toMatch(/secret_string|secret_binary|secretKeyRef|secret_key_ref/);
  });

  test("holds nothing that looks like a key: no base64 of 32 bytes, no 64 hexadecimal digits", () => {
    // The hashes of the bundles are base64 of 32 bytes, too; they are told apart by where they stand.
    const withoutHashes = text.replaceAll(/"source_code_hash": "[^"]*"/g, "");
    expect(withoutHashes).not.toMatch(/(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{43}=/);
    expect(withoutHashes).not.toMatch(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/);
  });
});

test("only local's plan has keys, in the secrets that it makes", () => {
  expect(localKeys).toHaveLength(3);
  const { aws_secretsmanager_secret_version: versions, ...others } = planOf("local").json.resource;
  for (const key of localKeys) {
    expect(JSON.stringify(versions)).toContain(key);
    expect(JSON.stringify(others)).not.toContain(key);
  }
});
