import { describe, expect, test } from "@jest/globals";
import { decodeRecord, EmptyRecordError, encodeRecord, UnencodableEventError } from "../../src/index.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("encodeRecord", () => {
  test("ends every line, so that records can be concatenated", () => {
    const both = Buffer.concat([encodeRecord([{ id: "1" }, { id: "2" }]), encodeRecord([{ id: "3" }])]);
    expect(both.toString()).toBe('{"id":"1"}\n{"id":"2"}\n{"id":"3"}\n');
  });

  test("refuses a record without events", () => {
    expect(() => encodeRecord([])).toThrow(EmptyRecordError);
  });

  test("names the event that JSON cannot express", () => {
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    expect(() => encodeRecord([{ id: "1" }, cycle])).toThrow(UnencodableEventError);
    expect(() => encodeRecord([{ id: "1" }, cycle])).toThrow("Event 1 of the record");
    expect(() => encodeRecord([{ n: 1n }])).toThrow("Event 0 of the record");
  });

  test("escapes lone surrogates instead of losing them", () => {
    const [line] = decodeRecord(encodeRecord([{ text: "a\ud800b" }]));
    expect(line).toEqual({ ok: true, value: { text: "a\ud800b" }, text: '{"text":"a\\ud800b"}' });
  });
});

describe("decodeRecord", () => {
  test("takes a missing last newline, blank lines and CRLF", () => {
    expect(decodeRecord(bytes('\n{"id":"1"}\r\n \t\n{"id":"2"}'))).toEqual([
      { ok: true, value: { id: "1" }, text: '{"id":"1"}\r' },
      { ok: true, value: { id: "2" }, text: '{"id":"2"}' },
    ]);
  });

  test("gives a broken line its number and its own bytes, and still reads its neighbours", () => {
    expect(decodeRecord(bytes('{"id":"1"}\n\n{"id":\n{"id":"3"}\n'))).toEqual([
      { ok: true, value: { id: "1" }, text: '{"id":"1"}' },
      { ok: false, line: 3, error: { code: "invalid-json", message: expect.any(String) }, bytes: bytes('{"id":') },
      { ok: true, value: { id: "3" }, text: '{"id":"3"}' },
    ]);
  });

  test("confines broken UTF-8 to its line", () => {
    const broken = Uint8Array.of(0x22, 0xff, 0xfe, 0x22);
    const lines = decodeRecord(Buffer.concat([bytes('{"id":"1"}\n'), broken, bytes('\n{"id":"ä"}\n')]));
    expect(lines.map((line) => (line.ok ? line.value : line.error.code))).toEqual([
      { id: "1" },
      "invalid-utf8",
      { id: "ä" },
    ]);
    expect(lines[1]).toMatchObject({ line: 2, bytes: broken });
  });

  test.each([
    ["nothing", ""],
    ["newlines", "\n\n"],
    ["spaces", "  \n"],
  ])("tells of a record that holds %s", (_, text) => {
    expect(decodeRecord(bytes(text))).toEqual([
      {
        ok: false,
        line: 1,
        error: { code: "empty-record", message: "The record holds no event." },
        bytes: bytes(text),
      },
    ]);
  });

  test("never quotes the line in the message, for it may hold what must not be logged", () => {
    for (const text of [
      '{"email":ada@example.com}',
      "ada@example.com",
      '{"email":"ada@example.com"',
      '{"a":1}ada@example.com',
    ]) {
      expect(JSON.stringify(decodeRecord(bytes(text)).map((line) => (line.ok ? line : line.error)))).not.toContain(
        "ada",
      );
    }
  });

  test("refuses a byte order mark in either way of decoding", () => {
    const marked = '\ufeff{"id":"1"}';
    expect(decodeRecord(bytes(marked))[0]).toMatchObject({ ok: false, error: { code: "invalid-json" } });
    expect(decodeRecord(bytes(`{\n${marked}`))[1]).toMatchObject({ ok: false, error: { code: "invalid-json" } });
  });

  test("keeps a key named __proto__ a key", () => {
    const [line] = decodeRecord(bytes('{"__proto__":{"isAdmin":true}}'));
    expect(line?.ok === true && Object.hasOwn(line.value as object, "__proto__")).toBe(true);
    expect((line as { value: { isAdmin?: boolean } }).value.isAdmin).toBeUndefined();
  });

  test("reads nesting of 10,000 levels", () => {
    expect(decodeRecord(bytes(`${"[".repeat(10_000)}${"]".repeat(10_000)}`))[0]?.ok).toBe(true);
  });
});
