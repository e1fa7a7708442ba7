import { expect, test } from "@jest/globals";
import { readForwardedAddress } from "../../src/client-address.ts";

test.each([
  ["9.9.9.9", "9.9.9.9"],
  [" 9.9.9.9:555 ", "9.9.9.9"],
  ["2001:db8::1", "2001:db8::1"],
  ["[2001:db8::1]", "2001:db8::1"],
  ["[2001:db8::1]:443", "2001:db8::1"],
  ["fe80::1%eth0", "fe80::1"],
  ["[fe80::1%25eth0]:8080", "fe80::1"],
  ["::ffff:198.51.100.9", "198.51.100.9"],
  ["[::ffff:198.51.100.9]:1", "198.51.100.9"],
  ["for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"],
  ['For="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"],
  ['for="192.0.2.60:80"', "192.0.2.60"],
])("%s is the address %s", (entry, address) => {
  expect(readForwardedAddress(entry)).toBe(address);
});

test.each(["", "unknown", "_hidden", "for=unknown", "999.1.1.1", "1.2.3.4:port", "[", "for=", "host:80"])(
  "%j is no address",
  (entry) => {
    expect(readForwardedAddress(entry)).toBeUndefined();
  },
);
