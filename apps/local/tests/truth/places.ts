import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** A running pipeline, as its clients see it. */
export interface Target {
  readonly ingestUrl: string;
  readonly writeKey: string;
  readonly controlUrl: string;
  /** Folder of the objects in S3. */
  readonly objectsFolder: string;
}

/** The answer of the warehouse. */
export async function queryWarehouse({ controlUrl }: Target, sql: string): Promise<Record<string, unknown>[]> {
  const response = await fetch(new URL("/warehouse", controlUrl), { method: "POST", body: sql });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Record<string, unknown>[];
}

const rowsPerQuery = 10_000;

/**
 * Rows of a view or table that belong to a run, about `rowsPerQuery` at a time: `columns` are SQL, `id` is where the
 * identity stands. A part is chosen by the identity, so that a view removes the duplicates of the part alone; an offset
 * would make it remove those of the whole table each time.
 */
export async function* rowsOf(
  target: Target,
  { table, columns, id, run, rows }: { table: string; columns: string; id: string; run: string; rows: number },
): AsyncGenerator<Record<string, unknown>> {
  const parts = Math.ceil(rows / rowsPerQuery);
  for (let part = 0; part < parts; part += 1) {
    yield* await queryWarehouse(
      target,
      `SELECT ${id} AS id, ${columns} FROM ${table} WHERE ${id} LIKE '${run}-%' AND hash(${id}) % ${parts} = ${part}`,
    );
  }
}

/** The lines a stream has from its start on, until nothing has come for `patienceMs` or the reader has enough. */
export async function* streamLines(
  { controlUrl }: Pick<Target, "controlUrl">,
  stream: string,
  patienceMs: number,
): AsyncGenerator<string> {
  const stopping = new AbortController();
  const response = await fetch(new URL(`/streams/${stream}?from-start`, controlUrl), { signal: stopping.signal });
  if (!response.ok || response.body === null) throw new Error(await response.text());
  let timer = setTimeout(() => stopping.abort(), patienceMs);
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const piece of response.body as AsyncIterable<Uint8Array>) {
      clearTimeout(timer);
      timer = setTimeout(() => stopping.abort(), patienceMs);
      const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield line;
    }
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    stopping.abort();
  }
}

/** The lines of all objects that hold a run's events. */
export function* objectLines({ objectsFolder }: Target, run: string): Generator<string> {
  for (const name of readdirSync(objectsFolder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".gz")) continue;
    const text = gunzipSync(readFileSync(join(objectsFolder, name))).toString("utf8");
    for (const line of text.split("\n")) if (line.includes(`"id":"${run}-`)) yield line;
  }
}
