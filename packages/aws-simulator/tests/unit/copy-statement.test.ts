import { describe, expect, test } from "@jest/globals";
import { parseCopyStatement } from "../../src/index.ts";

describe("a pipe's COPY statement", () => {
  test("with columns, a SELECT over a stage's path, a format and ON_ERROR is read whole", () => {
    const statement = `
      COPY INTO "MILLRACE"."EVENTS"."ENRICHED" (RECORD, FILE_NAME, FILE_ROW_NUMBER, LOADED_AT)
      FROM (
        SELECT $1, METADATA$FILENAME, METADATA$FILE_ROW_NUMBER, METADATA$START_SCAN_TIME
        FROM @"MILLRACE"."EVENTS"."LAKE"/enriched/
      )
      FILE_FORMAT = (FORMAT_NAME = '"MILLRACE"."EVENTS"."NDJSON"')
      ON_ERROR = CONTINUE`;
    expect(parseCopyStatement(statement)).toEqual({
      table: '"MILLRACE"."EVENTS"."ENRICHED"',
      columns: [
        { name: "RECORD", source: "$1" },
        { name: "FILE_NAME", source: "METADATA$FILENAME" },
        { name: "FILE_ROW_NUMBER", source: "METADATA$FILE_ROW_NUMBER" },
        { name: "LOADED_AT", source: "METADATA$START_SCAN_TIME" },
      ],
      stage: '"MILLRACE"."EVENTS"."LAKE"',
      path: "enriched/",
      onError: "CONTINUE",
    });
  });

  test.each([
    ["COPY INTO t FROM @s", [{ name: "record", source: "$1" }], ""],
    ["copy into t (r) from @db.s/a/b/ file_format=(type=json);", [{ name: "r", source: "$1" }], "a/b/"],
    ["COPY INTO t(r) FROM (SELECT t.$1::VARIANT AS r FROM @s t)", [{ name: "r", source: "$1" }], ""],
    [
      "COPY INTO t(r, at) FROM (SELECT $1, CURRENT_TIMESTAMP() FROM @s/x AS f)",
      [
        { name: "r", source: "$1" },
        { name: "at", source: "CURRENT_TIMESTAMP()" },
      ],
      "x",
    ],
    ['COPY INTO t("Record") FROM @s', [{ name: "Record", source: "$1" }], ""],
  ])("%j", (statement, columns, path) => {
    expect(parseCopyStatement(statement)).toMatchObject({ table: "t", columns, path, onError: "SKIP_FILE" });
  });

  test.each([
    ["INSERT INTO t SELECT 1", "expected COPY INTO"],
    ["COPY INTO t(a, b) FROM (SELECT $1 FROM @s)", "2 columns and 1 selected values"],
    ["COPY INTO t FROM (SELECT $1, METADATA$FILENAME FROM @s)", "no list of columns"],
    ["COPY INTO t(a) FROM (SELECT $2 FROM @s)", 'the value "$2" is not one of'],
    ["COPY INTO t(a) FROM (SELECT PARSE_JSON($1) FROM @s)", "is not one of"],
    ["COPY INTO t(a) FROM @s ON_ERROR = ABORT_STATEMENT", "ON_ERROR = ABORT_STATEMENT"],
  ])("that the simulator cannot carry out is refused: %j", (statement, reason) => {
    const parse = () => parseCopyStatement(statement);
    expect(parse).toThrow(expect.objectContaining({ name: "WarehouseError", code: "INVALID_STATEMENT" }));
    expect(parse).toThrow(reason);
  });
});
