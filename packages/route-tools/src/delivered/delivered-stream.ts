import { maskedSchema } from "@millrace/contract-tools/codegen";
import type { Contract, JsonObject } from "@millrace/contract-tools/registry";
import { type Conjunction, parsePattern, satisfies } from "@millrace/event-pattern";
import { compileReshape, nameDestination, type Route, type RouteDocument } from "@millrace/routes";
import { ALWAYS_DELIVERED, type FieldSelector } from "@millrace/routes/runtime";
import { coverageOf } from "../analysis/covered-contracts.ts";
import type { EventModel } from "../analysis/event-model.ts";
import { projectSchema, type Selection } from "./project-schema.ts";
import { reshapeSchema, type ShapeFault } from "./reshape-schema.ts";

/** The events of a destination, as its consumers read them. */
export interface DeliveredStream {
  /** Name of the stream, queue or event bus, without the prefix of the environment. */
  readonly stream: string;
  readonly application: string;
  /** One for each contract whose valid events are delivered. */
  readonly valid: readonly DeliveredContract[];
  /** A record of an event that broke its contract, or has none; undefined where only valid ones are delivered. */
  readonly notValid: JsonObject | undefined;
  /** The members that all records have; nothing is said of `event.data`. */
  readonly record: JsonObject;
  /** Fields of the contracts that stand in the way of the names that the routes give. */
  readonly shapeFaults: readonly ShapeFault[];
}

export interface DeliveredContract {
  readonly contract: Contract;
  /** The whole record: event, enrichment, validation, privacy, processing. */
  readonly record: JsonObject;
  /** Its `event.data`; undefined when the projections leave nothing of it. */
  readonly data: JsonObject | undefined;
}

const statuses = ["valid", "invalid", "unknown"] as const;
type Status = (typeof statuses)[number];

/** A route, and the combinations of its pattern. */
interface Delivering {
  readonly route: Route;
  readonly conjunctions: readonly Conjunction[];
}

/**
 * Describes what the routes of a stream, queue or event bus deliver: contracts as masking leaves them, within the
 * projections of every route that may deliver the event, with the hop of the router.
 *
 * @returns undefined when no route writes to the stream
 */
export function describeStream(
  stream: string,
  documents: readonly RouteDocument[],
  model: EventModel,
): DeliveredStream | undefined {
  const document = documents.find(({ routes }) =>
    routes.some(({ destination }) => nameDestination(destination).name === stream),
  );
  if (document === undefined) return undefined;
  const routes = document.routes
    .filter(({ destination }) => nameDestination(destination).name === stream)
    .map((route): Delivering => ({ route, conjunctions: parsePattern(route.pattern) }));
  const shapeFaults: ShapeFault[] = [];
  const recordOf = (delivering: readonly Delivering[], particulars: Particulars): JsonObject => {
    const { record, faults } = recordSchema(model, delivering, particulars);
    shapeFaults.push(...faults);
    return record;
  };
  const valid = model.registry.contracts.flatMap((contract): DeliveredContract[] => {
    const delivering = routes.filter((route) => mayDeliver(route, ["valid"], contract, model));
    if (delivering.length === 0) return [];
    const record = recordOf(delivering, {
      type: { const: contract.type },
      data: maskedSchema(contract, model.registry.resources),
      validation: { status: { const: "valid" }, schema: { const: contract.id } },
    });
    return [{ contract, record, data: dataOf(record) }];
  });
  const others = statuses.filter(
    (status) => status !== "valid" && routes.some((route) => mayDeliver(route, [status], undefined, model)),
  );
  const breaking = routes.filter((route) => mayDeliver(route, others, undefined, model));
  const notValid = others.length === 0 ? undefined : recordOf(breaking, { validation: { status: { enum: others } } });
  const record = recordOf(routes, {});
  return { stream, application: document.application, valid, notValid, record, shapeFaults };
}

/** True if a route may deliver events of a contract, or of none, with one of these statuses. */
function mayDeliver(
  { conjunctions }: Delivering,
  among: readonly Status[],
  contract: Contract | undefined,
  model: EventModel,
): boolean {
  return conjunctions.some((conjunction) => {
    const field = conjunction.find(({ path }) => path === "validation.status");
    const isWanted = among.some(
      (status) => field === undefined || field.anyOf.some((criterion) => satisfies(criterion, status)),
    );
    return isWanted && (contract === undefined || coverageOf(conjunction, model).contracts.includes(contract));
  });
}

interface Particulars {
  readonly type?: JsonObject;
  readonly data?: JsonObject;
  readonly validation?: JsonObject;
}

function recordSchema(
  model: EventModel,
  routes: readonly Delivering[],
  particulars: Particulars,
): { readonly record: JsonObject; readonly faults: readonly ShapeFault[] } {
  const { type, data = {}, validation } = particulars;
  const { enriched, envelope } = model.wrappers();
  const masked = maskedSchema(enriched, model.registry.resources);
  const parts = masked["properties"] as JsonObject;
  const written = parts["event"] as JsonObject;
  const attributes: JsonObject = {
    // The promises of enrichment about an attribute count more than what senders should write.
    ...(maskedSchema(envelope, model.registry.resources)["properties"] as JsonObject),
    ...(written["properties"] as JsonObject),
  };
  // Data that has to be an object has to be there.
  const isDataSure = data["type"] === "object";
  const event: JsonObject = {
    ...written,
    required: [...(written["required"] as string[]), ...(isDataSure ? ["data"] : [])],
    properties: {
      ...attributes,
      ...(type === undefined ? {} : { type: { ...(attributes["type"] as JsonObject), ...type } }),
      data: { ...(data["description"] === undefined ? (attributes["data"] as JsonObject) : {}), ...data },
    },
  };
  const whole: JsonObject = {
    ...masked,
    properties: {
      ...parts,
      event,
      ...(validation === undefined
        ? {}
        : { validation: withProperties(parts["validation"] as JsonObject, validation) }),
    },
  };
  const projected = projectSchema(whole, selectionOf(routes)) ?? {};
  // All routes of a stream give fields the same names.
  const reshape = compileReshape(routes[0]?.route.reshape);
  const { schema, faults } =
    reshape === undefined ? { schema: projected, faults: [] } : reshapeSchema(projected, reshape);
  return { record: withHop(schema, parts["processing"] as JsonObject), faults };
}

/** Says more of some properties. */
function withProperties(schema: JsonObject, more: JsonObject): JsonObject {
  const properties = { ...(schema["properties"] as JsonObject) };
  for (const [name, said] of Object.entries(more)) {
    properties[name] = { ...(properties[name] as JsonObject), ...(said as JsonObject) };
  }
  return { ...schema, properties };
}

/** A copy holds what any of its routes asks for. */
function selectionOf(routes: readonly Delivering[]): Selection {
  const segments = (path: string): string[] => path.split(".");
  const oneOf = routes.map(({ route: { project } }): FieldSelector => {
    if (project?.keep !== undefined) return { isKeep: true, paths: project.keep.map(segments) };
    return { isKeep: false, paths: (project?.drop ?? []).map(segments) };
  });
  return { always: ALWAYS_DELIVERED, oneOf };
}

/** The router notes itself on every copy, also on one whose projection leaves no other hop. */
function withHop(record: JsonObject, processing: JsonObject): JsonObject {
  const { additionalProperties: hop } = processing as { additionalProperties: JsonObject };
  const router: JsonObject = {
    ...withProperties(hop, {
      routesVersion: { type: "string", description: "Version of the route documents." },
      routes: {
        type: "array",
        items: { type: "string" },
        description: "The routes this copy is delivered for, `<application>/<route>`.",
      },
    }),
    description: "The router.",
    required: [...(hop["required"] as string[]), "routesVersion", "routes"],
  };
  const properties = record["properties"] as JsonObject;
  const kept = (properties["processing"] ?? { type: "object" }) as JsonObject;
  const { required = [] } = record as { required?: string[] };
  return {
    ...record,
    properties: {
      ...properties,
      processing: {
        ...kept,
        properties: { ...(kept["properties"] as JsonObject | undefined), router },
        required: [...new Set([...((kept["required"] as string[] | undefined) ?? []), "router"])],
      },
    },
    required: [...new Set([...required, "processing"])],
  };
}

function dataOf(record: JsonObject): JsonObject | undefined {
  const { event } = record["properties"] as { event?: JsonObject };
  const { data } = (event?.["properties"] ?? {}) as { data?: JsonObject };
  return data;
}
