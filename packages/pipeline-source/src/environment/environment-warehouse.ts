import type { RunSql } from "@millrace/snowflake-api";
import type { RefusedLine } from "../traces.ts";
import { MOST_REFUSED_LINES } from "./limits.ts";

/** A row that the view of events shows. */
export interface ShownRow {
  readonly source: string;
  /** Name of its object in the bucket of the lake. */
  readonly object: string;
  readonly line: number;
  /** RFC 3339; Snowflake gives whole seconds. */
  readonly loadedAt: string;
  readonly receivedMs: number;
  readonly enrichedMs: number;
}

const epoch = (column: string): string => `DATE_PART('epoch', ${column})`;
const field = (path: string): string => `GET_PATH(record, '${path}')::STRING`;

/** A time of a load leaves parts of the table unread that are older. */
const since = "loaded_at >= CAST(? AS TIMESTAMPTZ)";

const findRows = `SELECT source, file_name, file_row_number, ${epoch("loaded_at")} AS loaded_s,
  COALESCE(${field("event.replayedat")}, ${field("event.receivedat")}) AS accepted_at,
  ${field("processing.enrichment.at")} AS enriched_at
FROM events WHERE id = ? AND ${since} ORDER BY loaded_at`;

const findNewest = `SELECT MAX(${epoch("loaded_at")}) AS loaded_s FROM events WHERE ${since}`;

const findRefused = `SELECT table_name, file_name, file_row_number, reason, ${epoch("refused_at")} AS refused_s
FROM refused_lines ORDER BY refused_at DESC, file_name, file_row_number LIMIT ${MOST_REFUSED_LINES}`;

/** The warehouse of an environment, as the role of its readers sees it: views, and the list of refused lines. */
export class EnvironmentWarehouse {
  readonly #run: RunSql;

  constructor(run: RunSql) {
    this.#run = run;
  }

  /** Returns the rows of an id that were loaded since a time, oldest first: one for each source that uses the id. */
  async rows(id: string, sinceMs: number): Promise<readonly ShownRow[]> {
    const rows = await this.#run(findRows, [id, new Date(sinceMs).toISOString()]);
    return rows.map((row) => {
      const loadedMs = millisecondsOf(row["loaded_s"]);
      return {
        source: row["source"] ?? "",
        object: row["file_name"] ?? "",
        line: Number(row["file_row_number"]),
        loadedAt: new Date(loadedMs).toISOString(),
        receivedMs: timeOr(row["accepted_at"], loadedMs),
        enrichedMs: timeOr(row["enriched_at"], loadedMs),
      };
    });
  }

  /** Returns when the newest of the rows was loaded that came since a time; undefined where none did. */
  async newestLoadMs(sinceMs: number): Promise<number | undefined> {
    const [row] = await this.#run(findNewest, [new Date(sinceMs).toISOString()]);
    const seconds = row?.["loaded_s"];
    return seconds === null || seconds === undefined ? undefined : millisecondsOf(seconds);
  }

  /** Returns the newest lines of the lake that became no row; a task lists them within five minutes of their load. */
  async refusedLines(): Promise<readonly RefusedLine[]> {
    const rows = await this.#run(findRefused);
    return rows.map((row) => ({
      table: row["table_name"] ?? "",
      object: row["file_name"] ?? "",
      line: Number(row["file_row_number"]),
      reason: row["reason"] ?? "",
      refusedAt: new Date(millisecondsOf(row["refused_s"])).toISOString(),
    }));
  }
}

const millisecondsOf = (seconds: string | null | undefined): number => Math.round(Number(seconds) * 1_000);

function timeOr(text: string | null | undefined, otherwise: number): number {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? otherwise : ms;
}
