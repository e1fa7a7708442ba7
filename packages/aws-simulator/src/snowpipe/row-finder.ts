import type { DuckDBConnection } from "@duckdb/node-api";
import { lastName, quoted } from "./names.ts";

/** A value of each row of a table by which its rows are found without reading all of them. */
export interface FinderDefinition {
  /** Qualifiers are dropped. */
  readonly table: string;
  /** Column of the table that holds JSON. */
  readonly record: string;
  /** Path of the value in it, such as `event.id`. */
  readonly path: string;
  /** Column of the table that has the time of the load. */
  readonly loadedAt: string;
}

/**
 * Keeps, for each row of a table, a number made of one of its values and the time of its load. Loads lie in order in
 * their table, so that the time leads to their rows at once. The number tells nothing of the value: a row that is
 * erased leaves nothing that could be read.
 */
export class RowFinder {
  readonly #definition: FinderDefinition;

  private constructor(definition: FinderDefinition) {
    this.#definition = definition;
  }

  /** Makes it of all rows of the table, unless it is there. */
  static async open(connection: DuckDBConnection, definition: FinderDefinition): Promise<RowFinder> {
    const finder = new RowFinder(definition);
    const found = await connection.runAndReadAll(
      "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'snowpipe' AND table_name = $1",
      [finder.#ownName],
    );
    if (found.currentRowCount > 0) return finder;
    const { table, record, loadedAt } = definition;
    await connection.run(
      `CREATE TABLE ${finder.#own} AS
         SELECT ${finder.#keyOf(quoted(record))} AS key, ${quoted(loadedAt)} AS loaded_at FROM ${quoted(lastName(table))}`,
    );
    return finder;
  }

  /** Adds the rows of a load. @param source relation with the column `record` */
  async add(connection: DuckDBConnection, source: string, loadedAtMs: number): Promise<void> {
    await connection.run(
      `INSERT INTO ${this.#own} SELECT ${this.#keyOf("record")}, to_timestamp($1 / 1000.0) FROM ${source}`,
      [loadedAtMs],
    );
  }

  /** SQL that gives the times of the loads with a value, of which `$1` is the text. */
  get loadsQuery(): string {
    return `SELECT DISTINCT epoch_us(loaded_at)::VARCHAR AS loaded_us FROM ${this.#own} WHERE key = md5_number_lower($1)`;
  }

  get #ownName(): string {
    return `finder_${lastName(this.#definition.table)}`;
  }

  get #own(): string {
    return `snowpipe.${quoted(this.#ownName)}`;
  }

  #keyOf(record: string): string {
    return `md5_number_lower(json_extract_string(${record}, '$.${this.#definition.path}'))`;
  }
}
