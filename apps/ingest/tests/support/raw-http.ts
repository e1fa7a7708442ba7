import { connect } from "node:net";

export interface RawAnswer {
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: string;
}

/**
 * Writes bytes on a connection and reads the first answer, as a client does that does not care for the rules of HTTP.
 * Resolves when an answer is complete or the server closes the connection; rejects after `timeoutMs`.
 */
export function exchangeRaw(port: number, bytes: string | Uint8Array, timeoutMs = 10_000): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const isHead = Buffer.from(bytes.slice(0, 5)).toString() === "HEAD ";
    let received = Buffer.alloc(0);
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`No answer within ${timeoutMs} ms; received ${JSON.stringify(received.toString("latin1"))}`));
    }, timeoutMs);
    const finish = (answer: RawAnswer) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => socket.write(bytes));
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk]);
      const answer = parseAnswer(received, isHead);
      if (answer !== undefined) finish(answer);
    });
    socket.on("error", () => undefined);
    socket.on("close", () =>
      finish(parseAnswer(received, isHead, true) ?? { status: 0, contentType: undefined, body: "" }),
    );
  });
}

function parseAnswer(bytes: Buffer, isHead: boolean, isClosed = false): RawAnswer | undefined {
  const text = bytes.toString("latin1");
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const [statusLine = "", ...headers] = text.slice(0, headEnd).split("\r\n");
  const status = Number(statusLine.split(" ")[1]);
  const rest = bytes.subarray(headEnd + 4);
  // An interim answer (100 Continue) is followed by the real one.
  if (status < 200) return parseAnswer(rest, isHead, isClosed);
  const fields = new Map(
    headers.map((line) => [line.split(":")[0]?.toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  const contentType = fields.get("content-type");
  if (isHead || status === 204) return { status, contentType, body: "" };
  const length = Number(fields.get("content-length") ?? 0);
  const chunksEnd = fields.get("transfer-encoding") === "chunked" ? rest.indexOf("0\r\n\r\n") : 0;
  const isComplete = rest.byteLength >= length && chunksEnd !== -1;
  if (!isComplete && !isClosed) return undefined;
  // The remaining bytes belong to the next answer. Chunks are not joined: no test looks into such an answer.
  return { status, contentType, body: rest.subarray(0, length).toString("utf8") };
}
