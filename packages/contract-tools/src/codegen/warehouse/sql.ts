/**
 * Longest name of a view or a column, less four characters for a number that tells two apart.
 * @see https://docs.snowflake.com/en/sql-reference/identifiers-syntax (255 characters)
 */
export const MAX_NAME_CHARACTERS = 251;

/** A text in SQL. A backslash escapes in Snowflake and is itself in DuckDB, so it goes by its number. */
export function sqlText(text: string): string {
  const parts = text.split("\\").map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? parts.join("") : `(${parts.join(" || CHR(92) || ")})`;
}

/** A name of a view: in capitals, of letters, digits and `_`, as both engines take it without quotes. */
export function viewName(words: string): string {
  const name = words.replaceAll(/\W+/g, "_").toUpperCase();
  return (/^\d/.test(name) ? `_${name}` : name).slice(0, MAX_NAME_CHARACTERS);
}
