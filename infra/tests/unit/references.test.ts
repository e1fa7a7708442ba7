import { describe, expect, test } from "@jest/globals";
import { ENVIRONMENTS } from "../../src/config/environments.ts";
import { deriveSchema } from "../../src/drill/schemas/derive-schema.ts";
import type { Block } from "../../src/drill/schemas/schema.ts";
import { type Json, planOf } from "../synthesized-plan.ts";

interface Reference {
  readonly from: string;
  readonly kind: "resource" | "data" | "variable";
  readonly type: string;
  readonly name: string;
  /** First attribute, in Terraform's spelling. */
  readonly attribute: string;
}

const inExpression = /(?:\b(var)\.(\w+))|(?:(\bdata\.)?\b([a-z][a-z0-9]*_[a-z0-9_]+)\.([\w-]+)\.([a-z_0-9]+))/g;

function referencesIn(text: string, from: string): Reference[] {
  return [...text.matchAll(/\$\{([^}]*)\}/g)].flatMap(([, expression = ""]) =>
    [...expression.matchAll(inExpression)].map(
      ([, variable, variableName = "", data, type = "", name = "", attribute = ""]) =>
        variable === undefined
          ? { from, kind: data === undefined ? ("resource" as const) : ("data" as const), type, name, attribute }
          : { from, kind: "variable" as const, type: "var", name: variableName, attribute: "" },
    ),
  );
}

/** Every string in a value, with the place it stands at. */
function strings(value: Json, path: string): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => strings(inner, `${path}.${key}`));
}

const schemas = new Map<string, Block>();

/** The schema that the provider serves for what a reference points to. */
function schemaOf({ kind, type }: Reference): Block {
  const key = `${kind} ${type}`;
  const schema =
    schemas.get(key) ?? deriveSchema(type.split("_")[0] ?? "", kind === "data" ? "data" : "resource", type);
  schemas.set(key, schema);
  return schema;
}

describe.each(ENVIRONMENTS)("references in the plan of %s", (environment) => {
  const { json } = planOf(environment);
  const sections = ["resource", "data", "output", "provider"];
  const references = sections.flatMap((section) =>
    strings(json[section], section).flatMap(([path, text]) => referencesIn(text, path)),
  );

  test("each names something that the plan defines", () => {
    expect(references.length).toBeGreaterThan(150);
    for (const { from, kind, type, name } of references) {
      const section = { resource: json.resource[type], data: json.data[type], variable: json.variable }[kind];
      expect(`${from} → ${type}.${name}: ${typeof section?.[name]}`).toBe(`${from} → ${type}.${name}: object`);
    }
  });

  test("each names an attribute that has a value: the provider computes it, or the plan gives it", () => {
    for (const reference of references.filter(({ kind }) => kind !== "variable")) {
      const { from, kind, type, name, attribute } = reference;
      const args = json[kind][type][name];
      const { attributes } = schemaOf(reference);
      const isComputed = attributes.some((known) => known.name === attribute && known.computed);
      const hasValue = isComputed || args[attribute] !== undefined;
      expect(`${from} → ${type}.${attribute}: ${hasValue}`).toBe(`${from} → ${type}.${attribute}: true`);
    }
  });

  test("each dependency exists", () => {
    for (const [type, resources] of Object.entries<Json>(json.resource)) {
      for (const [name, args] of Object.entries<Json>(resources)) {
        for (const dependency of args.depends_on ?? []) {
          const [dependedType, dependedName] = dependency.split(".");
          expect(`${type}.${name}: ${typeof json.resource[dependedType]?.[dependedName]}`).toBe(
            `${type}.${name}: object`,
          );
        }
      }
    }
  });

  test("nothing depends on itself in a circle", () => {
    const edges = new Map<string, Set<string>>();
    for (const [type, resources] of Object.entries<Json>(json.resource)) {
      for (const [name, args] of Object.entries<Json>(resources)) {
        const address = `${type}.${name}`;
        const referred = strings(args, address).flatMap(([, text]) => referencesIn(text, address));
        edges.set(
          address,
          new Set([...(args.depends_on ?? []), ...referred.map((item) => `${item.type}.${item.name}`)]),
        );
      }
    }
    const done = new Set<string>();
    const visit = (address: string, trail: readonly string[]): void => {
      expect(trail).not.toContain(address);
      if (done.has(address)) return;
      for (const next of edges.get(address) ?? []) visit(next, [...trail, address]);
      done.add(address);
    };
    for (const address of edges.keys()) visit(address, []);
  });
});

test("only local has a write key in its outputs, and its plan resolves without a cloud", () => {
  for (const environment of ENVIRONMENTS) {
    expect(planOf(environment).json.output.local_write_key !== undefined).toBe(environment === "local");
    expect(planOf(environment).json.data.aws_secretsmanager_secret === undefined).toBe(environment === "local");
  }
});
