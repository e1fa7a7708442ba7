import { Buffer } from "node:buffer";

type JsonObject = Record<string, unknown>;

/**
 * Makes hostile records: good ones with changed bytes or with values swapped for hostile ones, and garbage.
 *
 * @param random in [0,1)
 * @param samples good records to begin with
 */
export function createMutations(random: () => number, samples: readonly Uint8Array[]): () => Uint8Array {
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  const below = (limit: number) => Math.floor(random() * limit);

  const hostileValues: readonly (() => unknown)[] = [
    () => null,
    () => [],
    () => ({}),
    () => -0,
    () => 1e308,
    () => "",
    () => "\ud800",
    () => "\u0000\u2028\ufeff",
    () => "x".repeat(below(3_000)),
    () => ["ada@example.com", [4111111111111111]],
    () => ({ __proto__: null, constructor: { prototype: { polluted: true } }, toString: 1 }),
    () => nested(below(300)),
    () => JSON.parse('{"__proto__":{"polluted":true}}') as unknown,
    () => "https://ada:secret@example.com:99999/%zz?utm_source=%ff",
    () => "::ffff:999.1.1.1",
    () => "2026-02-30T25:61:61Z",
    () => "https://millrace.example/schemas/events/commerce/purchase/1-0-0.json",
    () => pick(["search.click", "commerce.purchase", "page.view", "custom.event", "constructor", "__proto__"]),
  ];

  const nested = (depth: number) => JSON.parse(`${"[".repeat(depth)}1${"]".repeat(depth)}`) as unknown;

  /** Swaps one value, somewhere in the event, for a hostile one. */
  function swapValue(event: JsonObject): JsonObject {
    let target = event;
    for (let depth = below(4); depth > 0; depth--) {
      const children = Object.values(target).filter((value) => typeof value === "object" && value !== null);
      if (children.length === 0) break;
      target = pick(children) as JsonObject;
    }
    const key =
      random() < 0.8 ? pick(Object.keys(target)) : pick(["extra", "a@b.cd", "__proto__", "data", "data_base64"]);
    const value = pick(hostileValues)();
    if (random() < 0.2) Reflect.deleteProperty(target, key);
    else Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
    return event;
  }

  function changeBytes(record: Uint8Array): Uint8Array {
    const bytes = Buffer.from(record);
    for (let edits = 1 + below(4); edits > 0; edits--) bytes[below(bytes.length)] = below(256);
    return bytes;
  }

  const nestedText = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  /** Beyond what any stream or stack takes. */
  const beyondLimits: readonly (() => string)[] = [
    () => JSON.stringify("x".repeat(below(10 * 1024 * 1024))),
    () => nestedText(10_000),
    () => nestedText(1_000_000),
    () => `[${"{},".repeat(below(500_000))}{}]`,
    () => `{${Array.from({ length: below(50_000) }, (_, index) => `"a${index}@b.cd":"4111111111111111"`).join()}}`,
  ];
  const withData = (record: Uint8Array, data: string) =>
    Buffer.from(
      Buffer.from(record)
        .toString()
        .replace(/"data":\{/u, () => `"extra":${data},"data":{`),
    );

  const garbage = () => Uint8Array.from({ length: below(200) }, () => below(256));
  const cut = (record: Uint8Array) => record.subarray(0, below(record.length));
  const toLine = (event: JsonObject) => Buffer.from(`${JSON.stringify(event)}\n`);
  const swapped = (record: Uint8Array) => toLine(swapValue(JSON.parse(Buffer.from(record).toString()) as JsonObject));

  return () => {
    const sample = pick(samples);
    const kind = random();
    if (kind < 0.0002) return withData(sample, pick(beyondLimits)());
    if (kind < 0.45) return swapped(sample);
    if (kind < 0.75) return changeBytes(sample);
    if (kind < 0.85) return cut(sample);
    if (kind < 0.9) return garbage();
    if (kind < 0.95)
      return Buffer.concat([sample, swapped(pick(samples)), Buffer.from("\n"), changeBytes(pick(samples))]);
    return sample;
  };
}
