import { createSocket } from "node:dgram";

export interface NameServer {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  close(): void;
}

const HEADER_BYTES = 12;
const NAME_SERVER_TYPE = 2;
const RESPONSE = 0x8180;
const NO_SUCH_NAME = 3;
/** Name at the start of the question, class IN, an hour. */
const ANSWER_HEAD = [0xc0, HEADER_BYTES, 0, NAME_SERVER_TYPE, 0, 1, 0, 0, 0x0e, 0x10];

/** A DNS server on a free port that knows the name servers of one zone and nothing else (RFC 1035, section 4). */
export async function startNameServer(zone: string, servers: readonly string[]): Promise<NameServer> {
  const socket = createSocket("udp4");
  socket.on("message", (query, { port, address }) => {
    const { name, end } = questionOf(query);
    const question = query.subarray(HEADER_BYTES, end + 4);
    const isKnown = name === zone && query.readUInt16BE(end) === NAME_SERVER_TYPE;
    const answers = isKnown ? servers.map((server) => answerOf(server)) : [];
    const header = Buffer.alloc(HEADER_BYTES);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(isKnown ? RESPONSE : RESPONSE | NO_SUCH_NAME, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(answers.length, 6);
    socket.send(Buffer.concat([header, question, ...answers]), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return { address: `127.0.0.1:${socket.address().port}`, close: () => void socket.close() };
}

/** The name that is asked for, and where it ends. */
function questionOf(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), end: at + 1 };
}

function answerOf(server: string): Buffer {
  const name = Buffer.concat([
    ...server.split(".").map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ]);
  return Buffer.concat([Buffer.from(ANSWER_HEAD), Buffer.from([0, name.length]), name]);
}
