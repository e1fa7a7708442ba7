import { describe, expect, test } from "@jest/globals";
import { createClient as createPageClient } from "../../src/browser.ts";
import { type ClientOptions, createClient, InvalidOptionError } from "../../src/index.ts";

const good: ClientOptions = { url: "https://events.shop.example", writeKey: "k", source: "/web" };

const wrong: readonly [keyof ClientOptions, unknown, string][] = [
  ["url", "events.shop.example", "an absolute URL of http or https, got events.shop.example (string)"],
  ["url", undefined, "an absolute URL of http or https, got undefined (undefined)"],
  ["url", "ftp://shop.example", "an absolute URL of http or https, got ftp://shop.example (string)"],
  ["writeKey", "", "printable ASCII characters, got  (string)"],
  ["writeKey", "clé", "printable ASCII characters, got clé (string)"],
  ["source", 7, "a URI reference, got 7 (number)"],
  ["maxBatchEvents", 501, "a number from 1 to 500, got 501 (number)"],
  ["maxBatchBytes", "1", "a number from 1 to 2097152, got 1 (string)"],
  ["lingerMs", Number.NaN, "a number from 0 to 2147483647, got NaN (number)"],
  ["maxConcurrentRequests", 0, "a number from 1 to 100, got 0 (number)"],
  ["gzip", "no", "true or false, got no (string)"],
  ["onDrop", {}, "a function, got [object Object] (object)"],
  ["dataschemas", null, "an object, got null (object)"],
];

describe("createClient", () => {
  test.each(wrong)("refuses `%s` when it is %p", (name, value, message) => {
    const create = () => createClient({ ...good, [name]: value });
    expect(create).toThrow(InvalidOptionError);
    expect(create).toThrow(`Expected \`${name}\` to be ${message}.`);
  });

  test("refuses what is no object of options", () => {
    expect(() => createClient(undefined as unknown as ClientOptions)).toThrow("Expected `options` to be an object");
  });

  test("checks the options of a page before it touches the page", () => {
    expect(() => createPageClient({ ...good, url: "/events" })).toThrow(InvalidOptionError);
  });
});
