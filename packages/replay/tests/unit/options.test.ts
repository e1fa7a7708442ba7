import { expect, test } from "@jest/globals";
import { replayIdOf } from "../../src/index.ts";
import { parseOptions } from "../../src/cli/options.ts";

const now = Date.parse("2026-11-29T12:00:00Z");
const parse = (line: string) => parseOptions(line.split(" "), now);
const idOf = (line: string) => {
  const options = parse(line);
  if (options === undefined) throw new Error("help");
  return replayIdOf(options.selection, "pipeline", 0);
};

test("times are instants, days, or how long ago", () => {
  expect(parse("raw --from 3h --to 2026-11-29T11:30:00Z")?.selection).toMatchObject({
    fromMs: now - 3 * 3_600_000,
    toMs: Date.parse("2026-11-29T11:30:00Z"),
  });
  expect(parse("lake --from 2026-11-01")?.selection).toMatchObject({ fromMs: Date.parse("2026-11-01"), toMs: now });
});

test("without a reason nothing is written", () => {
  expect(parse("raw --from 3h")?.isDryRun).toBe(true);
  expect(parse("raw --from 3h --reason why")?.isDryRun).toBe(false);
  expect(parse("raw --from 3h --reason why --dry-run")?.isDryRun).toBe(true);
});

test("equal selections are one replay, in whatever order they are written", () => {
  const range = "--from 2026-11-29T08:00:00Z --to 2026-11-29T11:00:00Z";
  expect(idOf(`raw ${range} --type a --type b`)).toBe(idOf(`raw --type b --type a --type a ${range}`));
  expect(idOf(`raw ${range} --type a`)).not.toBe(idOf(`raw ${range} --source a`));
});

test.each([
  ["", /Missing required argument 'source'/],
  ["raws --from 3h", /There is no source "raws". There are raw, lake/],
  ["raw", /Expected --from, such as/],
  ["raw --from yesterday", /Expected --from to be a time in UTC, such as .*, got "yesterday"/],
  ["raw --from 1h --to 2h", /Expected --to to be later than --from/],
  ["raw --from 1h --to 2027-01-01", /Expected --to to be in the past/],
  ["raw --from 1h --status good", /Expected --status to be valid, invalid or unknown, got "good"/],
  ["raw --from 1h --kind not-json", /Events of raw have nothing that --kind could choose by/],
  ["raw --from 1h --into destination", /Expected --into pipeline, revalidation or destination:<name>/],
  ["raw --from 1h --rate 0", /'--rate <n>' argument '0' is invalid. Expected a number from 0.1 to 1000000/],
  ["raw --from 1h --objects-from keys.txt", /Expected --objects-from with the lake/],
  ["lake --from 1h --objects-from no-such-file", /The keys of --objects-from cannot be read: ENOENT/],
  ["raw --from 1h --as batch", /'--as <form>' argument 'batch' is invalid. Allowed choices are job/],
  ["raw lake --from 1h", /Expected one source, got raw lake/],
  ["raw --from 1h --reson x", /Unknown option '--reson'\n\(Did you mean --reason\?\)/],
  ["raw --from 1h --sort", /Unknown option '--sort'\n(.*\n)?pnpm replay --help/],
])("%s: the message says what was expected", (line, message) => {
  expect(() => parseOptions(line.split(" ").filter(Boolean), now)).toThrow(message);
});
