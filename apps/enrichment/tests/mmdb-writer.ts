import { Buffer } from "node:buffer";
import { isIPv4 } from "node:net";

/**
 * Writes small databases in MaxMind format, so that tests know what is in them.
 * https://maxmind.github.io/MaxMind-DB/
 */
export function writeDatabase(databaseType: string, networks: Readonly<Record<string, object>>): Buffer {
  const tree: Node = {};
  const chunks: Buffer[] = [];
  let dataLength = 0;
  for (const [network, record] of Object.entries(networks)) {
    const bytes = encode(record);
    insert(tree, network, dataLength);
    chunks.push(bytes);
    dataLength += bytes.length;
  }
  const nodes = number(tree);
  const treeBytes = Buffer.concat(
    nodes.map((node) => Buffer.concat([pointer(node.zero, nodes.length), pointer(node.one, nodes.length)])),
  );
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_763_600_000,
    database_type: databaseType,
    description: { en: "Written by a test" },
    ip_version: 6,
    languages: ["en"],
    node_count: nodes.length,
    record_size: 32,
  });
  const marker = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from("MaxMind.com")]);
  return Buffer.concat([treeBytes, Buffer.alloc(16), ...chunks, marker, metadata]);
}

interface Node {
  zero?: Node | number;
  one?: Node | number;
  index?: number;
}

function insert(root: Node, network: string, dataOffset: number): void {
  const [address = "", prefix = ""] = network.split("/");
  const isV4 = isIPv4(address);
  // IPv4 lies in ::/96 of the tree.
  const bits = (isV4 ? "0".repeat(96) : "") + (isV4 ? bitsOfV4(address) : bitsOfV6(address));
  const length = Number(prefix) + (isV4 ? 96 : 0);
  let node = root;
  for (let index = 0; index < length; index++) {
    const side = bits.charAt(index) === "0" ? "zero" : "one";
    if (index === length - 1) node[side] = dataOffset;
    else {
      const next: Node = typeof node[side] === "object" ? node[side] : {};
      node[side] = next;
      node = next;
    }
  }
}

const bitsOfV4 = (address: string) =>
  address
    .split(".")
    .map((byte) => Number(byte).toString(2).padStart(8, "0"))
    .join("");

function bitsOfV6(address: string): string {
  const [head = "", tail = ""] = address.split("::");
  const before = head.split(":").filter(Boolean);
  const after = tail.split(":").filter(Boolean);
  const groups = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => "0"), ...after];
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0")).join("");
}

function number(root: Node): Node[] {
  const nodes: Node[] = [];
  const visit = (node: Node) => {
    node.index = nodes.length;
    nodes.push(node);
    for (const child of [node.zero, node.one]) if (typeof child === "object") visit(child);
  };
  visit(root);
  return nodes;
}

function pointer(record: Node | number | undefined, nodeCount: number): Buffer {
  const value =
    record === undefined ? nodeCount : typeof record === "number" ? nodeCount + 16 + record : (record.index ?? 0);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const types = { text: 2, uint16: 5, uint32: 6, map: 7, array: 11 } as const;

function encode(value: unknown): Buffer {
  if (typeof value === "string")
    return Buffer.concat([control(types.text, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === "number") {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(types.uint32, 4), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(types.array, value.length), ...value.map(encode)]);
  const entries = Object.entries(value as object);
  return Buffer.concat([
    control(types.map, entries.length),
    ...entries.flatMap(([key, each]) => [encode(key), encode(each)]),
  ]);
}

function control(type: number, size: number): Buffer {
  const sizeBits = size < 29 ? size : 29;
  const first = type <= 7 ? [(type << 5) | sizeBits] : [sizeBits, type - 7];
  return Buffer.from(size < 29 ? first : [...first, size - 29]);
}
