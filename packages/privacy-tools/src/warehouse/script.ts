import type { ErasureDocument } from "../erase/ledger.ts";
import type { Person } from "../person/person.ts";
import {
  badRowsOf,
  countStatement,
  deleteStatement,
  eventsOf,
  landedBadRows,
  landedEvents,
  snowflake,
  uniqueBadRows,
  uniqueEvents,
} from "./statements.ts";

/**
 * Returns statements for Snowflake that delete the rows of a person, and count the rows that are left. Time travel and
 * fail-safe keep the deleted rows for days that no statement shortens after the fact: the script tells this, and where
 * to look.
 */
export function warehouseScript(person: Person, { id, objects }: ErasureDocument, subjects: readonly string[]): string {
  const badRows = badRowsOf(
    objects.flatMap(({ origins }) => origins),
    snowflake,
  );
  const conditions = [eventsOf(person, subjects, snowflake), ...(badRows === undefined ? [] : [badRows])];
  const dynamicTables = [uniqueEvents, uniqueBadRows];
  const shown = conditions.map(({ table, where }) => ({
    table: table === landedEvents ? uniqueEvents : uniqueBadRows,
    where,
  }));
  return [
    `-- ${id}. Run it as the owner of the landing tables, in their schema. It names the person: delete it afterwards.`,
    ...conditions.flatMap((condition) => [`${deleteStatement(condition)};`, `${countStatement(condition)};`]),
    "-- The views read dynamic tables, which follow their landing tables within their lag; these follow at once:",
    ...dynamicTables.map((table) => `ALTER DYNAMIC TABLE ${table} REFRESH;`),
    ...shown.map((condition) => `${countStatement(condition)};`),
    "-- The rows can be read for the days of time travel (AT, BEFORE) that these tables have:",
    ...[landedEvents, landedBadRows, ...dynamicTables].map(
      (table) => `SHOW PARAMETERS LIKE 'DATA_RETENTION_TIME_IN_DAYS' IN TABLE ${table};`,
    ),
    "-- then for seven days of fail-safe by Snowflake's own support alone. To end time travel at once, set it to 0, which",
    "-- gives it up for the whole table, and back:",
    ...dynamicTables.map((table) => `-- ALTER DYNAMIC TABLE ${table} SET DATA_RETENTION_TIME_IN_DAYS = 0;`),
    ...[landedEvents, landedBadRows].map((table) => `-- ALTER TABLE ${table} SET DATA_RETENTION_TIME_IN_DAYS = 0;`),
    "",
  ].join("\n");
}
