import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Ajv } from "ajv";
import { fullFormats } from "ajv-formats/dist/formats.js";
import type { CompiledContracts } from "@millrace/event-contracts";
import type { RecordContext } from "../../src/index.ts";
import { loadContracts } from "../../src/load-contracts.ts";
import { createContext, createRawEvent, enrichOne } from "../raw-events.ts";

/**
 * A source without code: somebody else's real schemas and payloads (GitHub's webhooks, draft-07) go into a registry
 * folder as JSON, and nothing else is touched.
 */
const require = createRequire(import.meta.url);
const github = require("@octokit/webhooks-schemas") as { definitions: Record<string, unknown> };
const examples = require("@octokit/webhooks-examples") as { name: string; examples: Record<string, unknown>[] }[];

const baseUrl = "https://millrace.example/schemas";
const root = mkdtempSync(join(tmpdir(), "source-without-code-"));
const eventNameOf = (webhook: string) => webhook.replaceAll("_", "-");
const definitionOf = (webhook: string) =>
  [`${webhook}_event`, `${webhook}$event`].find((key) => key in github.definitions) ?? webhook;
const schemaIdOf = (webhook: string) => `${baseUrl}/events/github/${eventNameOf(webhook)}/1-0-0.json`;

function writeSchema(path: string, document: object): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    JSON.stringify({ $schema: "http://json-schema.org/draft-07/schema#", $id: `${baseUrl}/${path}`, ...document }),
  );
}

let contracts: CompiledContracts;
let context: RecordContext;

beforeAll(() => {
  writeSchema("shared/github/1-0-0.json", { definitions: github.definitions });
  for (const { name } of examples) {
    writeSchema(`events/github/${eventNameOf(name)}/1-0-0.json`, {
      title: name,
      description: `GitHub sends it as the webhook ${name}.`,
      allOf: [{ $ref: `${baseUrl}/shared/github/1-0-0.json#/definitions/${definitionOf(name)}` }],
    });
  }
  contracts = loadContracts(root);
  context = createContext({ contracts });
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

const toEvent = (webhook: string, data: unknown) => createRawEvent({ type: `github.${eventNameOf(webhook)}`, data });

/**
 * Plain Ajv with the schemas as they come from npm. The package validates only part of the examples that it ships: 53
 * of the 329, most of them copied from old documentation, break its own schemas. Those have to be invalid here too.
 */
const oracle = new Ajv({ strict: false, logger: false, formats: fullFormats });
oracle.addSchema({ ...github, $id: "https://github.example/webhooks" });
const webhooks = examples.map(({ name, examples: all }) => {
  const definition = encodeURIComponent(definitionOf(name));
  const followsItsSchema = oracle.compile({ $ref: `https://github.example/webhooks#/definitions/${definition}` });
  const valid = all.filter((data) => followsItsSchema(data));
  return { name, valid, invalid: all.filter((data) => !valid.includes(data)) };
});

describe("a source of which only the schemas were added", () => {
  test("has a contract for every webhook, and hundreds of real examples", () => {
    expect(contracts.schemaIds()).toHaveLength(examples.length);
    expect(webhooks.flatMap(({ valid }) => valid)).toHaveLength(276);
    expect(webhooks.flatMap(({ invalid }) => invalid)).toHaveLength(53);
  });

  test.each(webhooks)("has $name valid with its schema", ({ name, valid }) => {
    for (const data of valid) {
      expect(enrichOne(toEvent(name, data), context).validation).toEqual({
        status: "valid",
        schema: schemaIdOf(name),
        errors: [],
      });
    }
  });

  test.each(webhooks)("has $name invalid at the right place once it is corrupted", ({ name, valid }) => {
    for (const data of valid) {
      const [corrupted, path] =
        "sender" in data
          ? [{ ...data, sender: { ...(data["sender"] as object), id: "not a number" } }, "/data/sender/id"]
          : [{ ...data, unheardOf: true, action: 7 }, "/data/action"];
      const { validation } = enrichOne(toEvent(name, corrupted), context);
      expect(validation).toMatchObject({ status: "invalid", schema: schemaIdOf(name) });
      expect(validation.errors.map((error) => error.path)).toContain(path);
    }
  });

  test.each(webhooks.filter(({ invalid }) => invalid.length > 0))(
    "has $name invalid where the example itself breaks the schema",
    ({ name, invalid }) => {
      for (const data of invalid) {
        expect(enrichOne(toEvent(name, data), context).validation).toMatchObject({
          status: "invalid",
          schema: schemaIdOf(name),
        });
      }
    },
  );
});
