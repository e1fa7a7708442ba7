import { isList, isObject, type ObjectValue, type Value } from "../provider/dynamic-value.ts";
import type { OperationModel, RequestParameters, RequestValue, Shape } from "./api-model.ts";

/** Where a request differs from the resource: member of the request → attribute of the resource, or a value. */
export interface Differences {
  /** By member, at any depth: the attribute that it is called in Terraform. */
  readonly names?: Readonly<Record<string, string>>;
  /** Structures whose members Terraform has in the block around them. */
  readonly flat?: readonly string[];
  /** Members that are not attributes, at the top. */
  readonly values?: RequestParameters;
}

/**
 * Builds the request for a resource from its attributes: a member takes the attribute of its own name (`ShardCount` ←
 * `shard_count`), a structure the block, a list of pairs the map. Providers mostly do the same by hand.
 */
export function buildRequest(model: OperationModel, state: ObjectValue, differences: Differences): RequestParameters {
  return { ...structure(model, model.input, state, differences), ...differences.values };
}

/** `MaxRecordSizeInKiB` and `max_record_size_in_kib` are one name. */
const plainName = (name: string): string => name.replaceAll("_", "").toLowerCase();

/** A block that Terraform names in the singular holds what the request names in the plural. */
const spellings = (member: string): readonly string[] => {
  const plain = plainName(member);
  return [
    plain,
    ...(plain.endsWith("ies") ? [`${plain.slice(0, -3)}y`] : []),
    ...(plain.endsWith("s") ? [plain.slice(0, -1)] : []),
  ];
};

function structure(
  model: OperationModel,
  shape: Shape,
  state: ObjectValue,
  differences: Differences,
): RequestParameters {
  const attributes = new Map(Object.entries(state).map(([name, value]) => [plainName(name), value]));
  const members: Record<string, RequestValue> = {};
  for (const [member, shapeName] of Object.entries(shape.members ?? {})) {
    const renamed = differences.names?.[member];
    const candidates = renamed === undefined ? spellings(member) : [plainName(renamed)];
    const found = differences.flat?.includes(member)
      ? state
      : candidates.map((name) => attributes.get(name)).find((value) => isGiven(value));
    const value = found === undefined ? undefined : convert(model, model.shape(shapeName), found, differences);
    if (value !== undefined) members[member] = value;
  }
  return members;
}

/** Providers leave out what is null, empty or no block. */
const isGiven = (value: Value | undefined): value is Value =>
  value !== undefined &&
  value !== null &&
  value !== "" &&
  !(isList(value) && value.length === 0) &&
  !(isObject(value) && Object.keys(value).length === 0);

function convert(
  model: OperationModel,
  shape: Shape,
  value: Value,
  differences: Differences,
): RequestValue | undefined {
  switch (shape.type) {
    case "structure": {
      const [first] = isList(value) ? value : [value];
      return isObject(first) ? structure(model, shape, first, differences) : undefined;
    }
    case "list":
      return listOf(model, model.shape(shape.member ?? ""), value, differences);
    case "map":
      return isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainValue(item)]))
        : undefined;
    default:
      return plainValue(value);
  }
}

function listOf(
  model: OperationModel,
  member: Shape,
  value: Value,
  differences: Differences,
): RequestValue | undefined {
  // A map of tags or dimensions is a list of pairs in the request.
  if (isObject(value)) {
    const [key = "", text = ""] = Object.keys(member.members ?? {});
    return Object.entries(value).map(([name, item]) => ({ [key]: name, [text]: plainValue(item) }));
  }
  if (!isList(value)) return undefined;
  return value.flatMap((item) => {
    const converted = convert(model, member, item, differences);
    return converted === undefined ? [] : [converted];
  });
}

const plainValue = (value: Value): RequestValue => {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return isList(value) ? value.map((item) => plainValue(item)) : "";
};
