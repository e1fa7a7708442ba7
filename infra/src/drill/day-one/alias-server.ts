import { type JsonServer, startJsonServer } from "../stand-ins/json-server.ts";
import type { World } from "../provider/world.ts";

const ALIAS = /^\/2015-03-31\/functions\/(?<name>[^/]+)\/aliases\/(?<alias>[^/]+)$/;

/** Lambda's GetAlias, for the functions that Terraform made in the drill's world. */
export const startAliasServer = (world: World): Promise<JsonServer> =>
  startJsonServer((_request, path, _sent, answer) => {
    const { name = "", alias = "" } = ALIAS.exec(path)?.groups ?? {};
    const found = world
      .list()
      .find(
        ({ type, state }) =>
          type === "aws_lambda_alias" && state["name"] === alias && isOf(state["function_name"], name),
      );
    if (found === undefined) {
      answer(404, { Message: "Cannot find alias" }, { "x-amzn-errortype": "ResourceNotFoundException" });
      return;
    }
    answer(200, { Name: alias, FunctionVersion: found.state["function_version"], Description: "", RevisionId: "1" });
  });

/** A stack may name a function by its ARN. */
const isOf = (reference: unknown, name: string): boolean =>
  typeof reference === "string" && (reference === name || reference.endsWith(`:function:${name}`));
