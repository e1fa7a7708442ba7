import { describe, expect, test } from "@jest/globals";
import { OptionError } from "../../src/index.ts";
import { formatDate } from "../../src/firehose/date-pattern.ts";
import { checkPrefixes, evaluatePrefix } from "../../src/firehose/prefix.ts";

const time = new Date("2026-03-05T07:09:08.045Z");
const random = () => 0;

describe("a prefix", () => {
  test.each([
    ["", "2026/03/05/07/"],
    ["raw/", "raw/2026/03/05/07/"],
    ["raw", "raw2026/03/05/07/"],
    ["raw/!{timestamp:yyyy}/", "raw/2026/"],
    ["raw/!{timestamp:yyyy/MM/dd}/", "raw/2026/03/05/"],
    ["year=!{timestamp:yyyy}/month=!{timestamp:MM}/hour=!{timestamp:HH}/", "year=2026/month=03/hour=07/"],
    ["!{firehose:random-string}/!{timestamp:dd}/", "AAAAAAAAAAA/05/"],
    ["!{firehose:random-string}/", "AAAAAAAAAAA/2026/03/05/07/"],
  ])("%j becomes %j", (prefix, expected) => {
    expect(evaluatePrefix(prefix, { time, random })).toBe(expected);
  });

  test("for errors names what went wrong", () => {
    const prefix = "errors/!{firehose:error-output-type}/!{timestamp:yyyy}/";
    expect(evaluatePrefix(prefix, { time, random, errorOutputType: "processing-failed" })).toBe(
      "errors/processing-failed/2026/",
    );
  });

  test.each([
    ["prefix", "a/!{timestamp:yyyy}/", undefined, "errorOutputPrefix"],
    ["an error type", "!{firehose:error-output-type}/", "!{firehose:error-output-type}/", "prefix"],
    ["an unknown namespace", "!{partitionKeyFromQuery:x}/", "!{firehose:error-output-type}/", "prefix"],
    ["an unknown value", "!{firehose:uuid}/", "!{firehose:error-output-type}/", "prefix"],
    ["an unknown letter", "!{timestamp:qqq}/", "!{firehose:error-output-type}/", "prefix"],
    ["an empty pattern", "!{timestamp:}/", "!{firehose:error-output-type}/", "prefix"],
    ["an open brace", "!{timestamp:yyyy/", "!{firehose:error-output-type}/", "prefix"],
    ["an error prefix without its type", "a/", "errors/", "errorOutputPrefix"],
    ["too many characters", "x".repeat(1_025), undefined, "prefix"],
  ])("with %s is refused", (_name, prefix, errorOutputPrefix, option) => {
    const check = () => {
      checkPrefixes(prefix, errorOutputPrefix);
    };
    expect(check).toThrow(OptionError);
    expect(check).toThrow(`\`${option}\``);
  });

  test.each([
    ["", undefined],
    ["a/b/", undefined],
    ["a/!{timestamp:yyyy}/", "e/!{firehose:error-output-type}/"],
    ["a/", "e/!{firehose:error-output-type}/!{timestamp:yyyy}/!{firehose:random-string}/"],
  ])("%j with error prefix %j is taken", (prefix, errorOutputPrefix) => {
    checkPrefixes(prefix, errorOutputPrefix);
  });
});

describe("a Java date pattern", () => {
  test.each([
    ["yyyy-MM-dd'T'HH:mm:ss.SSS", "2026-03-05T07:09:08.045"],
    ["yy/M/d/H", "26/3/5/7"],
    ["MMM/MMMM", "Mar/March"],
    ["EEE/EEEE", "Thu/Thursday"],
    ["DDD", "064"],
    ["hh a", "07 AM"],
    ["'literal ''quoted'''", "literal 'quoted'"],
  ])("%j gives %j", (pattern, expected) => {
    expect(formatDate(time, pattern)).toBe(expected);
  });

  test("that is not supported gives nothing", () => {
    expect(formatDate(time, "yyyy-w")).toBeUndefined();
  });
});
