import { randomUUID } from "node:crypto";
import type { World } from "../provider/world.ts";
import { type Answer, type JsonObject, type JsonServer, startJsonServer } from "../stand-ins/json-server.ts";

const PATH = /^\/2015-03-31\/functions\/(?<name>[^/]+)\/(?<kind>aliases|versions)(\/(?<alias>[^/]+))?$/;

/** Aliases and versions of the functions that Terraform made in the drill's world, by Lambda's API. */
export async function startAliasServer(world: World): Promise<JsonServer> {
  const moved = new Map<string, JsonObject>();
  return startJsonServer((request, path, sent, answer) => {
    const { name = "", kind = "", alias = "" } = PATH.exec(path)?.groups ?? {};
    if (kind === "versions") {
      answer(200, { Versions: versionsOf(world, name).map((version) => ({ FunctionName: name, Version: version })) });
      return;
    }
    const key = `${name}:${alias}`;
    const found = moved.get(key) ?? madeAlias(world, name, alias);
    if (found === undefined) refuse(answer, 404, "ResourceNotFoundException");
    else if (request.method !== "PUT") answer(200, found);
    else if (sent["RevisionId"] !== found["RevisionId"]) refuse(answer, 412, "PreconditionFailedException");
    else {
      moved.set(key, { ...found, ...sent, RevisionId: randomUUID() });
      answer(200, moved.get(key) ?? {});
    }
  });
}

const refuse = (answer: Answer, status: number, code: string): void =>
  answer(status, { Message: code }, { "x-amzn-errortype": code });

function madeAlias(world: World, name: string, alias: string): JsonObject | undefined {
  const made = world
    .list()
    .find(
      ({ type, state }) => type === "aws_lambda_alias" && state["name"] === alias && isOf(state["function_name"], name),
    );
  if (made === undefined) return undefined;
  return { Name: alias, FunctionVersion: made.state["function_version"], Description: "", RevisionId: "1" };
}

/** Every version up to the one that was published last. */
function versionsOf(world: World, name: string): readonly string[] {
  const made = world
    .list()
    .find(({ type, state }) => type === "aws_lambda_function" && state["function_name"] === name);
  return Array.from({ length: Number(made?.state["version"] ?? 0) }, (_, index) => String(index + 1));
}

/** A stack may name a function by its ARN. */
const isOf = (reference: unknown, name: string): boolean =>
  typeof reference === "string" && (reference === name || reference.endsWith(`:function:${name}`));
