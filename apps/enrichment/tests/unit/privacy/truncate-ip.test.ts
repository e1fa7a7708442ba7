import { describe, expect, test } from "@jest/globals";
import { isIP } from "node:net";
import fc from "fast-check";
import { truncateIp } from "../../../src/privacy/truncate-ip.ts";

describe("truncateIp", () => {
  test.each([
    ["203.0.113.77", "203.0.113.0"],
    ["2001:db8:85a3:8d3:1319:8a2e:370:7348", "2001:db8:85a3::"],
    ["2001:0DB8::1", "2001:db8::"],
    ["::1", "::"],
    ["fe80::1%eth0", "fe80::"],
    ["::ffff:203.0.113.77", "203.0.113.0"],
    ["::FFFF:203.0.113.77", "203.0.113.0"],
    ["::ffff:cb00:714d", "203.0.113.0"],
    ["64:ff9b::203.0.113.77", "203.0.113.0"],
    ["1:2:3:4:5:6:203.0.113.77", "1:2:3::"],
  ])("makes %s into %s", (address, expected) => {
    expect(truncateIp(address)).toBe(expected);
  });

  test.each(["", "localhost", "203.0.113", "203.0.113.77:80", "[::1]", "1:2:3"])("refuses %j", (text) => {
    expect(truncateIp(text)).toBeUndefined();
  });

  test("leaves an address of the same network, and nothing of the rest", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        const network = truncateIp(address) ?? "";
        expect(isIP(network)).toBeGreaterThan(0);
        expect(truncateIp(network)).toBe(network);
      }),
    );
  });
});
