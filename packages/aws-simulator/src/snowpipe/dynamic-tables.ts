import type { DuckDBConnection } from "@duckdb/node-api";
import { type DynamicTable, type DynamicTableDefinition, place, readDynamicTable } from "./dynamic-table.ts";
import { WarehouseError } from "./errors.ts";
import { ledgerName, quoted } from "./names.ts";

/** Rows of the base that are merged at a time when a table is built: their copies have to fit into memory. */
const ROWS_PER_SLICE = 20_000;

/**
 * Dynamic tables of one DuckDB file. Each is a view: a table of the schema `dynamic_tables` keeps all columns but
 * `record`, which stays in the base alone. Each new row of a base costs a look for its identity, by eight bytes a row
 * of the table, and not a sort of the base. All methods but `open` run inside a transaction of the caller's.
 */
export class DynamicTables {
  readonly #connection: DuckDBConnection;
  #tables: readonly DynamicTable[];

  private constructor(connection: DuckDBConnection, tables: readonly DynamicTable[]) {
    this.#connection = connection;
    this.#tables = tables;
  }

  /** Knows the tables that lie in the file; those of an earlier version lie in another schema, and are built anew. */
  static async open(connection: DuckDBConnection): Promise<DynamicTables> {
    await connection.run(
      `CREATE SCHEMA IF NOT EXISTS dynamic_tables;
       CREATE TABLE IF NOT EXISTS snowpipe.dynamic_tables (name VARCHAR PRIMARY KEY, query VARCHAR NOT NULL)`,
    );
    const reader = await connection.runAndReadAll(
      `SELECT name, query FROM snowpipe.dynamic_tables
       WHERE lower(name) IN (SELECT lower(table_name) FROM duckdb_tables() WHERE schema_name = 'dynamic_tables')
       ORDER BY name`,
    );
    const definitions = reader.getRowsJson() as unknown as readonly (readonly [name: string, query: string])[];
    return new DynamicTables(
      connection,
      definitions.map(([name, query]) => readDynamicTable({ name, query })),
    );
  }

  /** Those whose rows are copies in a table. */
  of(base: string): readonly DynamicTable[] {
    return this.#tables.filter((table) => ledgerName(table.base) === ledgerName(base));
  }

  has({ name, query }: DynamicTableDefinition): boolean {
    return this.#tables.some((table) => table.name === name && table.query === query);
  }

  /** Leaves nothing of a table but a view of its name, which the caller replaces. */
  async drop(name: string): Promise<void> {
    // An earlier version kept it under the name itself.
    const tables = await this.#connection.runAndReadAll(
      "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND lower(table_name) = lower($1)",
      [name],
    );
    if (tables.currentRowCount > 0) await this.#connection.run(`DROP TABLE ${quoted(name)}`);
    await this.#connection.run(`DROP TABLE IF EXISTS ${kept(name)}`);
    await this.#connection.run("DELETE FROM snowpipe.dynamic_tables WHERE name = $1", [name]);
  }

  /** Builds the table of what its base holds, in the place of one with another query, or of a view. */
  async create(definition: DynamicTableDefinition): Promise<void> {
    const table = readDynamicTable(definition);
    const { name, query, base, copiesOf, hasRecord } = table;
    await this.drop(name);
    await this.#connection.run(`CREATE TABLE ${kept(name)} AS ${hashed(table, quoted(base))} LIMIT 0`);
    const copies = await this.#connection.runAndReadAll(`${copiesOf(quoted(base))} LIMIT 0`);
    const columns = copies
      .columnNames()
      .map((column) => `${hasRecord && column.toLowerCase() === "record" ? "landed" : "kept"}.${quoted(column)}`);
    const record = hasRecord ? ` JOIN ${quoted(base)} AS landed ON ${sameColumns(place, "landed", "kept")}` : "";
    await this.#connection.run(
      `CREATE OR REPLACE VIEW ${quoted(name)} AS SELECT ${columns.join(", ")} FROM ${kept(name)} AS kept${record}`,
    );
    await this.#build(table);
    await this.#connection.run("INSERT OR REPLACE INTO snowpipe.dynamic_tables VALUES ($1, $2)", [name, query]);
  }

  /** Reads the definitions again once a transaction that made one is over. */
  async reread(): Promise<void> {
    this.#tables = (await DynamicTables.open(this.#connection)).#tables;
  }

  /**
   * Merges rows into the dynamic tables of a base.
   * @param relation name of a table with the columns of the base and the rows that it got
   */
  async mergeInto(base: string, relation: string): Promise<void> {
    for (const table of this.of(base)) await this.#merge(table, relation);
  }

  /**
   * Brings the tables in order that a statement may have changed: what names a base, or one of them.
   * @param isDeletion the statement only deletes rows
   * @throws WarehouseError `INVALID_STATEMENT` when two rows of a base have one place
   */
  async follow(sql: string, isDeletion: boolean): Promise<void> {
    for (const table of this.#tables) {
      if (isDeletion && names(sql, table.base) && !names(sql, table.name)) await this.#followDeletion(table);
      else if (names(sql, table.base) || names(sql, table.name)) {
        await this.#checkPlaces(table.base);
        await this.#connection.run(`DELETE FROM ${kept(table.name)}`);
        await this.#build(table);
      }
    }
  }

  async #merge(table: DynamicTable, relation: string): Promise<void> {
    const { name, identity, order } = table;
    const run = (sql: string) => this.#connection.run(sql);
    const ids = identity.join(", ");
    const rank = (terms: readonly string[]): string =>
      `ROW_NUMBER() OVER (PARTITION BY ${ids} ORDER BY ${terms.join(", ")})`;
    const rival = [...new Set([...identity, ...order.map(columnOf)])].join(", ");
    const placesMet = `SELECT rowid AS place FROM ${kept(name)} WHERE identity_hash IN (SELECT identity_hash FROM fresh)`;
    await run(`CREATE OR REPLACE TEMP TABLE fresh AS ${hashed(table, relation)}`);
    const [copies = 0, identities = 0, met = 0] = await this.#numbers(
      `SELECT count(*), count(DISTINCT identity_hash), (SELECT count(*) FROM (${placesMet})) FROM fresh`,
    );
    // An election among whole rows would take longer than all the rest, and most files have one copy of each.
    if (identities < copies) {
      await run(
        `DELETE FROM fresh WHERE rowid IN (
           SELECT place FROM (
             SELECT rowid AS place, ${rival} FROM fresh WHERE identity_hash IN
               (SELECT identity_hash FROM fresh GROUP BY identity_hash HAVING count(*) > 1)
           ) QUALIFY ${rank(order)} > 1
         )`,
      );
    }
    if (met === 0) await run(`INSERT INTO ${kept(name)} SELECT * FROM fresh`);
    else {
      await run(`CREATE OR REPLACE TEMP TABLE met AS ${placesMet}`);
      // A row that is there stays among equals: it is the same copy.
      await run(
        `CREATE OR REPLACE TEMP TABLE kept AS
           SELECT place, ${ids} FROM (
             SELECT * FROM (
               SELECT NULL::BIGINT AS place, ${rival} FROM fresh
               UNION ALL
               SELECT rowid, ${rival} FROM ${kept(name)} WHERE rowid IN (SELECT place FROM met)
             ) QUALIFY ${rank([...order, "place NULLS LAST"])} = 1
           ) WHERE place IS NOT NULL`,
      );
      await run(`DELETE FROM ${kept(name)} WHERE rowid IN (SELECT place FROM met EXCEPT SELECT place FROM kept)`);
      await run(
        `INSERT INTO ${kept(name)} SELECT * FROM fresh ANTI JOIN kept ON ${sameIdentity(identity, "fresh", "kept")}`,
      );
      await run("DROP TABLE kept; DROP TABLE met");
    }
    await run("DROP TABLE fresh");
  }

  async #build(table: DynamicTable): Promise<void> {
    // Rows that the transaction has inserted itself have numbers far above all other rows.
    const slices = await this.#connection.runAndReadAll(
      `SELECT DISTINCT rowid // ${ROWS_PER_SLICE} AS slice FROM ${quoted(table.base)} ORDER BY slice`,
    );
    for (const [slice] of slices.getRowsJson()) {
      const first = BigInt(slice as string) * BigInt(ROWS_PER_SLICE);
      await this.#connection.run(
        `CREATE OR REPLACE TEMP TABLE slice AS
           SELECT * FROM ${quoted(table.base)} WHERE rowid BETWEEN ${first} AND ${first + BigInt(ROWS_PER_SLICE - 1)}`,
      );
      await this.#merge(table, "slice");
    }
    await this.#connection.run("DROP TABLE IF EXISTS temp.slice");
  }

  /** Takes out the rows whose copy is gone; the best of what is left of their identities comes in their place. */
  async #followDeletion(table: DynamicTable): Promise<void> {
    const { name, base, identity } = table;
    const run = (sql: string) => this.#connection.run(sql);
    await run(
      `CREATE OR REPLACE TEMP TABLE gone AS
         SELECT rowid AS place, ${identity.join(", ")} FROM ${kept(name)} AS shown
         ANTI JOIN ${quoted(base)} AS landed
           ON ${sameColumns(place, "landed", "shown")}`,
    );
    await run(`DELETE FROM ${kept(name)} WHERE rowid IN (SELECT place FROM gone)`);
    const [gone = 0, landed = 0, shown = 0] = await this.#numbers(
      `SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM ${quoted(base)}), (SELECT count(*) FROM ${kept(name)})`,
    );
    if (gone > 0 && landed > shown) {
      await run(
        `CREATE OR REPLACE TEMP TABLE slice AS
           SELECT landed.* FROM ${quoted(base)} AS landed
           SEMI JOIN (
             SELECT copies.file_name, copies.file_row_number FROM (${table.copiesOf(quoted(base))}) AS copies
             SEMI JOIN gone ON ${sameIdentity(identity, "copies", "gone")}
           ) AS left_over
             ON ${sameColumns(place, "landed", "left_over")}`,
      );
      await this.#merge(table, "slice");
      await run("DROP TABLE slice");
    }
    await run("DROP TABLE gone");
  }

  /** The view of a dynamic table finds a record by its place. */
  async #checkPlaces(base: string): Promise<void> {
    const columns = place.join(", ");
    const [shared = 0] = await this.#numbers(
      `SELECT count(*) FROM (SELECT ${columns} FROM ${quoted(base)} GROUP BY ALL HAVING count(*) > 1)`,
    );
    if (shared > 0) {
      throw new WarehouseError(
        "INVALID_STATEMENT",
        `Rows of ${base} would have the same ${place.join(" and ")} as another row, at ${shared} places: give each its own.`,
      );
    }
  }

  /** The one row that a statement gives. */
  async #numbers(sql: string): Promise<number[]> {
    const reader = await this.#connection.runAndReadAll(sql);
    return (reader.getRowsJson()[0] ?? []).map(Number);
  }
}

/**
 * The copies of a relation without their records, and with a hash of their identity, which lasts: DuckDB's own may
 * change with its version.
 */
function hashed({ copiesOf, hasRecord, identity }: DynamicTable, relation: string): string {
  const parts = identity.map((column) => `${column}::VARCHAR`).join(", ");
  return `SELECT *${hasRecord ? " EXCLUDE (record)" : ""}, md5_number_lower(concat_ws(chr(31), ${parts})) AS identity_hash FROM (${copiesOf(relation)}) AS copies`;
}

/** The table behind a dynamic table's view. */
function kept(name: string): string {
  return `dynamic_tables.${quoted(name)}`;
}

function sameColumns(columns: readonly string[], left: string, right: string): string {
  return columns.map((column) => `${left}.${column} = ${right}.${column}`).join(" AND ");
}

function sameIdentity(identity: readonly string[], left: string, right: string): string {
  return identity.map((column) => `${left}.${column} IS NOT DISTINCT FROM ${right}.${column}`).join(" AND ");
}

/** `revision DESC` → `revision`. */
function columnOf(term: string): string {
  return term.split(/\s/)[0] ?? term;
}

function names(sql: string, table: string): boolean {
  return new RegExp(`\\b${table}\\b`, "i").test(sql);
}
