import { formatVersion, type JsonObject, schemaBaseUrl } from "@millrace/contract-tools/registry";
import type { DeliveredContract, DeliveredStream } from "@millrace/route-tools";

/** Parts that nearly all records of a stream share. */
const sharedParts = ["enrichment", "privacy", "fidelity", "processing"];

/**
 * The JSON Schema (2020-12) of the records of a stream: one definition for each contract whose valid events are
 * delivered, one for all other events where the stream has such.
 */
export function streamSchema(delivered: DeliveredStream): JsonObject {
  const definitions: Record<string, JsonObject> = {};
  const refer = (name: string, schema: JsonObject): JsonObject => {
    definitions[name] = schema;
    return { $ref: `#/$defs/${name}` };
  };
  const shareParts = (record: JsonObject): JsonObject => {
    const properties = { ...(record["properties"] as JsonObject) };
    for (const part of sharedParts) {
      const schema = properties[part] as JsonObject | undefined;
      if (schema === undefined) continue;
      properties[part] = refer(nameFor(part, schema, definitions), schema);
    }
    return { ...record, properties };
  };
  const valid = delivered.valid.map((each) =>
    refer(`${definitionName(each, delivered)}-record`, {
      ...shareParts(each.record),
      description: describeContract(each),
    }),
  );
  const ways =
    delivered.notValid === undefined
      ? valid
      : [
          ...(valid.length === 0
            ? []
            : [refer("valid-record", { anyOf: valid, description: "An event that holds its contract." })]),
          refer("not-valid-record", {
            ...shareParts(delivered.notValid),
            description: "An event that broke its contract, or has none: nothing is sure of its data.",
          }),
        ];
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: `${schemaBaseUrl}streams/${delivered.stream}.json`,
    title: `Records of the stream ${delivered.stream}`,
    description: `What the routes of ${delivered.application} deliver, after masking and projection. New members may appear.`,
    anyOf: ways,
    $defs: definitions,
  };
}

/** The event type in kebab-case; with the version where the stream has several. */
function definitionName({ contract }: DeliveredContract, { valid }: DeliveredStream): string {
  const versions = valid.filter((other) => other.contract.type === contract.type);
  const name = contract.type.replaceAll(".", "-");
  return versions.length === 1 ? name : `${name}-${formatVersion(contract.version)}`;
}

function describeContract({ contract }: DeliveredContract): string {
  const { description, title } = contract.schema;
  const text = description ?? title;
  return `A valid ${contract.type} of ${formatVersion(contract.version)}.${typeof text === "string" ? ` ${text}` : ""}`;
}

/** A part that projections leave in several forms has several names. */
function nameFor(part: string, schema: JsonObject, definitions: Readonly<Record<string, JsonObject>>): string {
  const text = JSON.stringify(schema);
  let name = part;
  for (let count = 2; definitions[name] !== undefined && JSON.stringify(definitions[name]) !== text; count += 1) {
    name = `${part}-${count}`;
  }
  return name;
}
