/**
 * Words that Snowflake or DuckDB do not take as the name of a column unless quoted.
 * @see https://docs.snowflake.com/en/sql-reference/reserved-keywords
 * @see https://duckdb.org/docs/stable/sql/dialect/keywords_and_identifiers (`duckdb_keywords()`, category reserved)
 */
export const reservedWords: ReadonlySet<string> = new Set(
  `account all alter analyse analyze and any array as asc asymmetric between both by case cast check collate column
  connect connection constraint create cross current current_date current_time current_timestamp current_user database
  default deferrable delete desc describe distinct drop else end except exists false fetch following for foreign from
  full grant group gschema having ilike in increment initially inner insert intersect into is issue join lambda lateral
  leading left like limit localtime localtimestamp minus natural not null of offset on only or order organization pivot
  pivot_longer pivot_wider placing primary qualify references regexp returning revoke right rlike row rows sample schema
  select set show some start summarize symmetric table tablesample then to trailing trigger true try_cast union unique
  unpivot update using values variadic view when whenever where window with`.split(/\s+/),
);
