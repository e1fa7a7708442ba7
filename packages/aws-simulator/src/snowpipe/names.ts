/** `"DB"."SCHEMA"."NAME"` and `name` are the same table here; names do not tell upper from lower case. */
export function lastName(name: string): string {
  const last = /(?:"((?:[^"]|"")+)"|([^".]+))$/.exec(name.trim());
  return (last?.[1] ?? last?.[2] ?? name).replaceAll('""', '"');
}

/** A table as the ledger calls it. */
export function ledgerName(table: string): string {
  return lastName(table).toUpperCase();
}

/** An identifier in SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
