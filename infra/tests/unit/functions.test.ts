import { describe, expect, test } from "@jest/globals";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import { planOf } from "../synthesized-plan.ts";

describe.each(ENVIRONMENTS)("versions of the functions of %s", (environment) => {
  const plan = planOf(environment);
  const aliases = plan.each("aws_lambda_alias");

  test("every deployment publishes one", () => {
    for (const { args } of plan.each("aws_lambda_function")) expect(args.publish).toBe(true);
  });

  const names = [...(environment === "dev" ? [] : ["canary"]), "enrichment", "router"];

  test("an alias of each function names the one that runs, and mappings call nothing else", () => {
    expect(aliases.map(({ args }) => plan.referred(args.function_name).name)).toEqual(names);
    for (const { args } of aliases) {
      expect(args.name).toBe("live");
      expect(args.function_version).toBe(`\${${plan.referred(args.function_name).address}.version}`);
    }
    for (const { args } of plan.each("aws_lambda_event_source_mapping")) {
      expect(aliases.map(({ address }) => `\${${address}.arn}`)).toContain(args.function_name);
    }
  });

  test("Terraform makes the alias and leaves it to `release` and `rollback` afterwards", () => {
    for (const { args } of aliases) {
      expect(args.lifecycle.ignore_changes).toEqual(["description", "function_version", "routing_config"]);
    }
  });

  test("an output tells which one was published last", () => {
    const { functions } = plan.json.output;
    expect(Object.keys(functions.value)).toEqual(names);
    for (const [name, value] of Object.entries(functions.value)) {
      expect(value).toEqual({
        name: `\${aws_lambda_function.${name}.function_name}`,
        published_version: `\${aws_lambda_function.${name}.version}`,
        alias: "live",
      });
    }
  });
});
