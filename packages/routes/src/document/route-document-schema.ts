import { type DestinationKind, destinationKinds } from "@millrace/destinations/kinds";
import { LIMITS } from "../limits.ts";

const name = {
  type: "string",
  pattern: "^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
  maxLength: LIMITS.maxNameLength,
};

const fieldPath = {
  type: "string",
  pattern: "^(event|enrichment|validation|privacy|processing)(\\.[^.]+)*$",
  maxLength: 512,
};

/** Where fields may get other names: consumers dedupe, order and verify by those of the other parts. */
const reshapedPath = {
  type: "string",
  pattern: "^(event\\.data|enrichment)(\\.[^.]+)+$",
  maxLength: 512,
};

/** A name that every language and every column takes; `__proto__` is none. */
const givenName = "(?!__proto__$)[A-Za-z_][A-Za-z0-9_-]{0,127}";

const reshape = {
  type: "object",
  description:
    "Names of fields below event.data and enrichment in the delivered event; the same for every route of the destination. After project: rename, then flatten, then constant.",
  properties: {
    rename: {
      type: "object",
      description: "Field of the enriched event → its new name, in the same object. In an array, of every element.",
      propertyNames: reshapedPath,
      additionalProperties: {
        type: "string",
        pattern: `^${givenName}$`,
        description: "A name of letters, digits, _ and -, without a path: a renamed field stays where it is.",
      },
      minProperties: 1,
      maxProperties: LIMITS.maxReshapedFields,
    },
    flatten: {
      type: "array",
      description:
        "Objects of the enriched event whose members move into the object around them, at any depth, as <name><separator><member>. Arrays stay whole.",
      items: reshapedPath,
      minItems: 1,
      maxItems: LIMITS.maxReshapedFields,
      uniqueItems: true,
    },
    separator: {
      enum: ["_", "__", "-", "--"],
      description: "Between the names of a flattened member. No name below may hold it. Default _.",
    },
    constant: {
      type: "object",
      description: "Field of the delivered event → its value in every copy: a text, a number, true, false or null.",
      propertyNames: {
        ...reshapedPath,
        pattern: `^(event\\.data|enrichment)(\\.${givenName.replace("$", "(\\.|$)")})+$`,
      },
      additionalProperties: {
        type: ["string", "number", "boolean", "null"],
        maxLength: LIMITS.maxConstantLength,
        description: "A text, a number that a double holds, true, false or null.",
      },
      minProperties: 1,
      maxProperties: LIMITS.maxReshapedFields,
    },
  },
  additionalProperties: false,
  anyOf: ["rename", "flatten", "constant"].map((property) => ({ required: [property] })),
};

/** Match expressions are checked by event-pattern itself; this much helps an editor. */
const pattern = {
  $ref: "#/$defs/pattern",
  description:
    "EventBridge event pattern over the enriched event {event, enrichment, validation, privacy, processing}. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html",
};

const kinds = Object.values(destinationKinds);
const oneOf = new Intl.ListFormat("en-GB", { type: "disjunction" });

/** The property by which a document names a destination of this kind. */
const destinationName = ({ noun, maxNameLength, reservedNames }: DestinationKind): object => ({
  type: "string",
  description: `${noun}, without the prefix of the environment. Infrastructure makes it from this file. Routes of one document may share it.`,
  pattern: "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
  maxLength: maxNameLength,
  ...(reservedNames.length === 0 ? {} : { not: { enum: reservedNames } }),
});

const destination = {
  type: "object",
  description: `Where matching events are written: ${oneOf.format(kinds.map(({ property }) => `a ${property}`))}.`,
  properties: {
    ...Object.fromEntries(kinds.map((kind) => [kind.property, destinationName(kind)])),
    arn: {
      type: "object",
      description:
        "Environment → ARN of one in another account that takes the place of ours there. Its resource policy must allow the router's role to write to it.",
      propertyNames: { pattern: "^[a-z][a-z0-9-]*$" },
      additionalProperties: {
        type: "string",
        pattern: `^arn:aws(-[a-z-]+)?:(${kinds.map(({ service }) => service).join("|")}):[a-z0-9-]+:[0-9]{12}:[a-zA-Z0-9_./-]{1,280}$`,
      },
      minProperties: 1,
    },
  },
  oneOf: kinds.map(({ property }) => ({ required: [property] })),
  additionalProperties: false,
};

const formerDestination = {
  ...destination,
  description: "The destination as its routes had it.",
  properties: {
    ...destination.properties,
    retire: {
      type: "boolean",
      description:
        "true: the next deployment deletes the destination and what is in it. Until then it stays, and nothing is written to it.",
    },
  },
};

const fields = { type: "array", items: fieldPath, minItems: 1, maxItems: LIMITS.maxProjectedFields, uniqueItems: true };

const route = {
  type: "object",
  properties: {
    name: {
      ...name,
      description: "Unique in the document; metrics and undelivered events carry <application>/<name>.",
    },
    description: {
      type: "string",
      minLength: 1,
      description: "What the route is for, for the reviewer of the next change.",
    },
    pattern,
    destination,
    partitionKey: {
      ...fieldPath,
      description:
        "Field whose value becomes the partition key: events of equal value stay in one shard. Default: event.subject, else event.id. Streams only.",
    },
    sample: {
      type: "number",
      minimum: LIMITS.minSample,
      maximum: 1,
      description: "Share of the matching events to deliver, chosen by their identity. Default 1.",
    },
    project: {
      type: "object",
      description: "Fields to deliver, as dotted paths. Either keep or drop.",
      properties: {
        keep: {
          ...fields,
          description: "Only these fields; the identity and the revision of the event always come along.",
        },
        drop: { ...fields, description: "All fields but these." },
      },
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
    },
    reshape,
    delivery: {
      type: "object",
      description: "How the destination is written to; the same for every route of it.",
      properties: {
        ordering: {
          enum: ["none", "per-key"],
          description:
            "per-key keeps events of one partition key in order also when some are retried. Default none. Streams only.",
        },
        budgetMs: {
          type: "integer",
          minimum: 100,
          maximum: 60_000,
          description: "Time one invocation spends on this destination before the rest is undelivered. Default 8000.",
        },
        eventsPerRecord: {
          enum: [1, "many"],
          description:
            "1 puts each event into a record of its own, as Lambda's event filters, Pipes, Firehose's conversion and many libraries expect. many puts events that share a partition key into one, a line each: fewer records, and readers split lines. Default 1. Streams only.",
        },
        canaries: {
          type: "boolean",
          description:
            "true delivers canary events too, which have event.canary and which the application leaves out of what it does: delivery is then measured every minute. Default false: canaries are matched, and go no further.",
        },
      },
      additionalProperties: false,
    },
    tests: {
      type: "array",
      minItems: 2,
      description: "At least one event that matches and one that does not.",
      items: {
        type: "object",
        properties: {
          name: { type: "string", minLength: 1, description: "A sentence that says what the test shows." },
          event: { type: "object", description: "An enriched event, or the part of one that matters." },
          matches: { type: "boolean" },
          delivers: {
            type: "object",
            description:
              "The whole of what the route delivers of this event, projected and reshaped. For an event that matches.",
          },
        },
        required: ["name", "event", "matches"],
        additionalProperties: false,
      },
    },
  },
  required: ["name", "description", "pattern", "destination", "tests"],
  additionalProperties: false,
};

/** The JSON Schema of a route document; `schemas/routes/route-document.schema.json` is rendered from it. */
export const routeDocumentSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "https://millrace.example/schemas/routes/route-document.schema.json",
  title: "Route document",
  description: "What one application wants of the enriched stream. Rendered from packages/routes; do not edit.",
  type: "object",
  properties: {
    $schema: { type: "string" },
    application: { ...name, description: "The consuming application; also the name of this file." },
    owner: {
      type: "string",
      pattern: "\\S",
      maxLength: 128,
      description: "The team that answers for it; alarms name it.",
    },
    description: { type: "string", minLength: 1 },
    clearance: {
      type: "array",
      items: { type: "string", minLength: 1 },
      uniqueItems: true,
      description:
        "Classes of sensitive fields (x-privacy of the contracts) that this application's destinations may hold as they were sent.",
    },
    routes: {
      type: "array",
      items: route,
      maxItems: LIMITS.maxRoutesPerDocument,
      description: "May be empty while formerDestinations is not.",
    },
    formerDestinations: {
      type: "array",
      items: formerDestination,
      minItems: 1,
      maxItems: LIMITS.maxRoutesPerDocument,
      description:
        "Destinations that no route writes to any more. Each stays, with what is in it, until it is retired.",
    },
  },
  required: ["application", "owner", "routes"],
  additionalProperties: false,
  $defs: {
    pattern: {
      type: "object",
      minProperties: 1,
      additionalProperties: {
        anyOf: [{ $ref: "#/$defs/pattern" }, { type: "array", minItems: 1, items: { $ref: "#/$defs/value" } }],
      },
    },
    value: {
      anyOf: [
        { type: ["string", "number", "boolean", "null"] },
        {
          type: "object",
          properties: {
            exactly: { type: "string" },
            prefix: { type: ["string", "object"] },
            suffix: { type: ["string", "object"] },
            "equals-ignore-case": { type: "string" },
            wildcard: { type: "string", description: "* stands for any text; \\* and \\\\ for themselves." },
            numeric: { type: "array", description: '["=", n], ["<", n], [">=", n, "<", m] and so on.' },
            cidr: { type: "string", description: "An IPv4 or IPv6 block, such as 10.0.0.0/8." },
            exists: { type: "boolean", description: "On leaves only." },
            "anything-but": { type: ["string", "number", "array", "object"] },
          },
        },
      ],
    },
  },
};
