import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  type DynamicValue,
  isObject,
  type ObjectValue,
  readDynamicValue,
  Unknown,
  unknown,
  type Value,
  writeDynamicValue,
} from "../../../src/drill/provider/dynamic-value.ts";
import { ProviderService } from "../../../src/drill/provider/provider-service.ts";
import { World } from "../../../src/drill/provider/world.ts";
import type { Attribute, Block } from "../../../src/drill/schemas/schema.ts";

describe("a value in a message", () => {
  test.each<[string, Value]>([
    ["null", null],
    ["a nested object", { a: [1, "two", { three: true }], b: null }],
    ["an unknown value inside a list", { list: [unknown, "known"] }],
    ["a value with its type", [Buffer.from('"string"'), "text"]],
  ])("comes back as it was: %s", (_name, value) => {
    expect(readDynamicValue(writeDynamicValue(value))).toEqual(value);
  });

  test("is written unknown as Terraform writes it: an extension of type 0 with one byte", () => {
    expect(Buffer.from(writeDynamicValue(unknown).msgpack ?? []).toString("hex")).toBe("d40000");
  });

  test("that is unknown but has a known prefix is unknown", () => {
    // fixext of 12 bytes of data, type 12
    const refined = Buffer.from([0xc7, 0x03, 0x0c, 0x81, 0x02, 0xa0]);
    expect(readDynamicValue({ msgpack: refined })).toBeInstanceOf(Unknown);
  });

  test("may come as JSON from a stored state", () => {
    expect(readDynamicValue({ json: Buffer.from('{"a":1}') })).toEqual({ a: 1 });
  });
});

const string = (name: string, flags: Partial<Attribute> = {}): Attribute => ({
  name,
  type: "string",
  required: false,
  optional: false,
  computed: false,
  ...flags,
});

const stream: Block = {
  attributes: [
    string("name", { required: true }),
    string("arn", { computed: true }),
    string("note", { optional: true }),
    string("region", { optional: true, computed: true }),
    { ...string("tags", { optional: true }), type: ["map", "string"] },
    { ...string("tags_all", { computed: true }), type: ["map", "string"] },
  ],
  blocks: [],
};
const type = "aws_kinesis_stream";
const proposed = { name: "raw", arn: null, note: null, region: null, tags: null, tags_all: null };

describe("a stand-in provider", () => {
  let world: World;
  let service: ProviderService;
  let faults: string[];

  beforeEach(() => {
    world = new World();
    faults = [];
    service = new ProviderService({
      schemas: () => ({ provider: { attributes: [], blocks: [] }, resources: { [type]: stream }, dataSources: {} }),
      world,
      apply: () => faults,
      readData: () => ({}),
    });
    const config = {
      region: "eu-west-1",
      allowed_account_ids: ["111111111111"],
      default_tags: [{ tags: { owner: "platform" } }],
    };
    service.configure({ config: writeDynamicValue(config) });
  });

  const none = writeDynamicValue(null);
  const plan = (prior: Value, next: Value) =>
    service.plan({
      type_name: type,
      prior_state: writeDynamicValue(prior),
      proposed_new_state: writeDynamicValue(next),
      prior_private: Buffer.alloc(0),
    }) as { planned_state: DynamicValue; requires_replace?: { steps: { attribute_name: string }[] }[] };
  const apply = (planned: DynamicValue, prior: DynamicValue = none, handle: Uint8Array = Buffer.alloc(0)) =>
    service.apply({
      type_name: type,
      config: planned,
      prior_state: prior,
      planned_state: planned,
      planned_private: handle,
    }) as {
      new_state: DynamicValue;
      private: Uint8Array;
      diagnostics?: { detail: string }[];
    };
  const read = (handle: Uint8Array): Value =>
    readDynamicValue(
      (service.read({ type_name: type, current_state: none, private: handle }) as { new_state: DynamicValue })
        .new_state,
    );
  const created = () => {
    const { new_state: state, private: handle } = apply(plan(null, proposed).planned_state);
    const value = readDynamicValue(state);
    return { state: isObject(value) ? value : {}, handle };
  };

  test("plans what it computes as unknown, and merges the provider's tags", () => {
    expect(readDynamicValue(plan(null, proposed).planned_state)).toEqual({
      ...proposed,
      arn: unknown,
      region: unknown,
      tags_all: { owner: "platform" },
    });
  });

  test("leaves nothing unknown after an apply, and reads it back", () => {
    const { state, handle } = created();
    expect(state).toMatchObject({ arn: "arn:aws:kinesis:eu-west-1:111111111111:stream/raw", region: "eu-west-1" });
    expect(read(handle)).toEqual(state);
    expect(world.applied).toEqual([{ action: "create", type, name: "raw" }]);
  });

  test("keeps computed values in an update, and replaces where the provider does", () => {
    const { state } = created();
    const update = plan(state, { ...state, note: "changed" });
    expect(readDynamicValue(update.planned_state)).toEqual({ ...state, note: "changed" });
    expect(update.requires_replace).toEqual([]);
    expect(plan(state, { ...state, name: "other" }).requires_replace).toEqual([
      { steps: [{ attribute_name: "name" }] },
    ]);
  });

  test("applies nothing that the API refuses", () => {
    faults = ["name: too long"];
    const { diagnostics } = apply(plan(null, proposed).planned_state);
    expect(diagnostics).toEqual([expect.objectContaining({ detail: "name: too long" })]);
    expect(world.size).toBe(0);
  });

  test("shows what was changed or removed behind Terraform's back", () => {
    const { state, handle } = created();
    const isRaw = ({ name }: ObjectValue): boolean => name === "raw";
    const undo = world.tamper(type, isRaw, { note: "by hand" });
    expect(read(handle)).toEqual({ ...state, note: "by hand" });
    world.tamper(type, isRaw, undefined);
    expect(read(handle)).toBeNull();
    expect(() => world.tamper(type, isRaw, undefined)).toThrow(RangeError);
    undo();
    expect(read(handle)).toEqual(state);
  });

  test("forgets what is deleted", () => {
    const { state, handle } = created();
    apply(none, writeDynamicValue(state), handle);
    expect(read(handle)).toBeNull();
    expect(world.applied.at(-1)).toEqual({ action: "delete", type, name: "raw" });
  });

  test("imports what was there before, and nothing else", () => {
    world.seed(type, { name: "old", arn: "arn:aws:kinesis:eu-west-1:111111111111:stream/old" });
    const imported = service.import({ type_name: type, id: "old" }) as {
      imported_resources: { state: DynamicValue; private: Uint8Array }[];
    };
    const [resource] = imported.imported_resources;
    const state = readDynamicValue(resource?.state) as ObjectValue;
    expect(state).toMatchObject({ name: "old", arn: "arn:aws:kinesis:eu-west-1:111111111111:stream/old" });
    expect(read(resource?.private ?? Buffer.alloc(0))).toEqual(state);
    expect(service.import({ type_name: type, id: "missing" })).toMatchObject({
      diagnostics: [expect.objectContaining({ severity: "ERROR" })],
    });
  });
});
