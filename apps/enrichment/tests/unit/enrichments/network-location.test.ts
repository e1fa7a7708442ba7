import { describe, expect, test } from "@jest/globals";
import { writeDatabase } from "../../mmdb-writer.ts";
import { readBundledFile } from "../../raw-events.ts";
import { enrichWith } from "./enrich-with.ts";

const city = writeDatabase("GeoLite2-City", {
  "81.2.69.0/24": {
    country: { iso_code: "GB" },
    subdivisions: [{ iso_code: "ENG" }],
    city: { names: { en: "London" } },
    location: { latitude: 51, longitude: 0 },
  },
  "2001:db8:85a3::/48": { country: { iso_code: "DE" } },
  "10.0.0.0/8": { traits: {} },
});
const asn = writeDatabase("GeoLite2-ASN", {
  "81.2.69.0/24": { autonomous_system_number: 20712, autonomous_system_organization: "Andrews & Arnold Ltd" },
  "192.0.2.0/24": { autonomous_system_number: 64496 },
});

const geo = (clientip: string, precision: string) =>
  enrichWith([{ name: "geo", options: { database: "c.mmdb", precision } }], { clientip }, { "c.mmdb": city })["geo"];
const network = (clientip: string) =>
  enrichWith([{ name: "network", options: { database: "a.mmdb" } }], { clientip }, { "a.mmdb": asn })["network"];

describe("geo", () => {
  test.each([
    ["81.2.69.160", "country", { country: "GB" }],
    ["81.2.69.160", "region", { country: "GB", region: "GB-ENG" }],
    ["81.2.69.160", "city", { country: "GB", region: "GB-ENG", city: "London" }],
    ["::ffff:81.2.69.160", "country", { country: "GB" }],
    ["2001:db8:85a3::7334", "city", { country: "DE" }],
    ["10.1.2.3", "city", undefined],
    ["8.8.8.8", "city", undefined],
    ["not an address", "city", undefined],
  ])("of %s with precision %s is %j", (address, precision, expected) => {
    expect(geo(address, precision)).toEqual(expected);
  });

  test("reads the flat records of the database that is bundled", () => {
    const files = { "geo/country.mmdb": readBundledFile("geo/country.mmdb") };
    const entry = { name: "geo", options: { database: "geo/country.mmdb" } };
    expect(enrichWith([entry], { clientip: "8.8.8.8" }, files)["geo"]).toEqual({ country: "US" });
    expect(enrichWith([entry], { clientip: "2a00:1450:4001:827::200e" }, files)["geo"]).toEqual({
      country: expect.stringMatching(/^[A-Z]{2}$/) as unknown,
    });
  });

  test("is a note when the database is missing or broken, on every event", () => {
    const entry = { name: "geo", options: { database: "c.mmdb" } };
    const notes = [{ enrichment: "geo", message: "The database c.mmdb cannot be opened." }];
    expect(enrichWith([entry], { clientip: "1.1.1.1" })).toEqual({ notes });
    expect(enrichWith([entry], { clientip: "1.1.1.1" }, { "c.mmdb": Buffer.from("no database") })).toEqual({ notes });
  });

  test("opens the database at the first address, not before", () => {
    const entry = { name: "geo", options: { database: "missing.mmdb" } };
    expect(enrichWith([entry], { clientip: undefined })).toEqual({});
  });
});

describe("network", () => {
  test.each([
    ["81.2.69.160", { number: 20712, organization: "Andrews & Arnold Ltd" }],
    ["192.0.2.1", { number: 64496 }],
    ["8.8.8.8", undefined],
  ])("of %s is %j", (address, expected) => {
    expect(network(address)).toEqual(expected);
  });

  test("tells bots when told which networks have no persons", () => {
    const entries = [
      { name: "network", options: { database: "a.mmdb" } },
      { name: "bot", options: { hostingNetworks: [64496] } },
    ];
    const judge = (clientip: string) => enrichWith(entries, { clientip }, { "a.mmdb": asn })["bot"];
    expect(judge("192.0.2.1")).toEqual({ isBot: true, reason: "network" });
    expect(judge("81.2.69.160")).toEqual({ isBot: false });
  });
});

describe("client", () => {
  test.each([
    ["81.2.69.160", { ipVersion: 4, isPublic: true }],
    ["10.1.2.3", { ipVersion: 4, isPublic: false }],
    ["100.64.0.1", { ipVersion: 4, isPublic: false }],
    ["::ffff:127.0.0.1", { ipVersion: 4, isPublic: false }],
    ["::1", { ipVersion: 6, isPublic: false }],
    ["fd00::1", { ipVersion: 6, isPublic: false }],
    ["2a00:1450:4001:827::200e", { ipVersion: 6, isPublic: true }],
  ])("of %s is %j", (clientip, expected) => {
    expect(enrichWith([{ name: "client" }], { clientip })).toEqual({ client: expected });
  });

  test("is missing when the address is", () => {
    expect(enrichWith([{ name: "client" }], { clientip: undefined })).toEqual({});
  });
});
