import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DrillError } from "../../errors.ts";

/** Description of one value in a service's API model. */
export interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, string>>;
  readonly required?: readonly string[];
  /** Of a list. */
  readonly member?: string;
  /** Of a map. */
  readonly key?: string;
  readonly value?: string;
  readonly enum?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
}

interface ServiceModel {
  /** Shape of each operation's input. */
  readonly operations: Readonly<Record<string, string>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** A value of a request. */
export type RequestValue = string | number | boolean | readonly RequestValue[] | RequestParameters;

export interface RequestParameters {
  readonly [member: string]: RequestValue;
}

const { services } = JSON.parse(readFileSync(join(import.meta.dirname, "generated/aws-api-model.json"), "utf8")) as {
  readonly services: Readonly<Record<string, ServiceModel>>;
};

/** The shapes of a service and the input of one of its operations. */
export class OperationModel {
  readonly service: string;
  readonly operation: string;
  readonly input: Shape;
  readonly #shapes: Readonly<Record<string, Shape>>;

  /** @throws DrillError for an operation that the generated model does not have */
  constructor(service: string, operation: string) {
    this.service = service;
    this.operation = operation;
    const model = services[service];
    const input = model?.operations[operation];
    if (model === undefined || input === undefined) {
      throw new DrillError(
        `The API model has no ${service}:${operation}. Run infra/scripts/derive-api-model.py, which looks for the calls of the sources.`,
      );
    }
    this.#shapes = model.shapes;
    this.input = this.shape(input);
  }

  shape(name: string): Shape {
    return this.#shapes[name] ?? { type: "unknown" };
  }

  /** Everything in the request that the service would refuse, each with its place. */
  faultsOf(parameters: RequestParameters): readonly string[] {
    return this.#faults(this.input, parameters, `${this.service}:${this.operation}`);
  }

  #faults(shape: Shape, value: RequestValue, place: string): readonly string[] {
    switch (shape.type) {
      case "structure":
        return this.#structureFaults(shape, value as RequestParameters, place);
      case "list":
        return [
          ...boundFaults(shape, (value as readonly RequestValue[]).length, `${place} (items)`),
          ...(value as readonly RequestValue[]).flatMap((item, index) =>
            this.#faults(this.shape(shape.member ?? ""), item, `${place}[${index}]`),
          ),
        ];
      case "map":
        return Object.entries(value as RequestParameters).flatMap(([key, item]) => [
          ...this.#faults(this.shape(shape.key ?? ""), key, `${place}<${key}>`),
          ...this.#faults(this.shape(shape.value ?? ""), item, `${place}.${key}`),
        ]);
      case "string":
        return stringFaults(shape, value, place);
      case "integer":
      case "long":
      case "float":
      case "double":
        return typeof value === "number"
          ? boundFaults(shape, value, place)
          : [`${place}: ${JSON.stringify(value)} is not a number`];
      case "boolean":
        return typeof value === "boolean" ? [] : [`${place}: ${JSON.stringify(value)} is not true or false`];
      default:
        return [];
    }
  }

  #structureFaults(shape: Shape, value: RequestParameters, place: string): readonly string[] {
    const missing = (shape.required ?? []).filter((name) => value[name] === undefined);
    return [
      ...missing.map((name) => `${place}.${name}: required, and not given`),
      ...Object.entries(value).flatMap(([name, inner]) => {
        const member = shape.members?.[name];
        if (member === undefined) return [`${place}.${name}: not a member of the request`];
        return this.#faults(this.shape(member), inner, `${place}.${name}`);
      }),
    ];
  }
}

function stringFaults(shape: Shape, value: RequestValue, place: string): readonly string[] {
  if (typeof value !== "string") return [`${place}: ${JSON.stringify(value)} is not text`];
  const shown = JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  return [
    ...boundFaults(shape, value.length, `${place} (length)`),
    ...(shape.enum === undefined || shape.enum.includes(value)
      ? []
      : [`${place}: ${shown} is not one of ${shape.enum.join(", ")}`]),
    ...(shape.pattern === undefined || compilePattern(shape.pattern).test(value)
      ? []
      : [`${place}: ${shown} does not match ${shape.pattern}`]),
  ];
}

const boundFaults = ({ min, max }: Shape, size: number, place: string): readonly string[] => [
  ...(min !== undefined && size < min ? [`${place}: ${size} is less than ${min}`] : []),
  ...(max !== undefined && size > max ? [`${place}: ${size} is more than ${max}`] : []),
];

/**
 * A pattern of an API model, which is written for Java: `\_` is no escape in JavaScript, and `\-` is one in classes
 * only.
 */
export const compilePattern = (pattern: string): RegExp =>
  new RegExp(`^(?:${pattern.replace(/\\([_@#,:%"'=~&<> ])/g, "$1").replaceAll("\\-", "\\x2d")})$`, "su");

/** Patterns of every service, for the test that compiles them. */
export const allPatterns = (): readonly string[] =>
  Object.values(services).flatMap(({ shapes }) =>
    Object.values(shapes).flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern])),
  );
