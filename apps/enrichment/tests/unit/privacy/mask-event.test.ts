import { describe, expect, test } from "@jest/globals";
import { createPseudonymizer } from "../../../src/index.ts";
import {
  createContext,
  createRawEvent,
  enrichEvents,
  enrichOne,
  key,
  olderKey,
  testContracts,
} from "../../raw-events.ts";

const maskedOf = (overrides: Record<string, unknown>) => {
  const { event, privacy } = enrichOne(createRawEvent({ clientip: undefined, ...overrides }));
  return { event, masked: privacy.masked };
};

describe("attributes without an annotation are scanned", () => {
  test.each([
    ["useragent", "crawler (ada@example.com; token=abc)", "crawler ([email]; token=[secret])"],
    ["origin", "https://ada:hunter2@shop.example", "https://[secret]@shop.example"],
    ["datacontenttype", "application/json; to=ada@example.com", "application/json; to=[email]"],
    ["traceparent", "ada@example.com", "[email]"],
    ["campaignowner", "DE89370400440532013000", "[iban]"],
    ["sessiontoken", "abc", "***"],
  ])("%s", (name, value, expected) => {
    expect(maskedOf({ [name]: value }).event[name]).toBe(expected);
  });

  test("also their names", () => {
    expect(JSON.stringify(maskedOf({ "ada@example.com": "x" }))).not.toContain("ada");
  });

  test("and the name of a schema that nobody registered", () => {
    const dataschema = "https://schemas.example/crm?token=abc";
    expect(maskedOf({ dataschema }).event.dataschema).toBe("https://schemas.example/crm?token=[secret]");
  });

  test("whatever attributes the event before had", () => {
    const context = createContext();
    const attributes = [
      { referrals: "ada@example.com" },
      { referrals: "ada@example.com", sessiontoken: "abc" },
      {},
      { sessiontoken: "abc", referrals: "ada@example.com" },
      { useragent: "ada@example.com" },
      { subject: "ada@example.com", referrals: "x" },
      { referrals: "ada@example.com" },
    ];
    const { enriched } = enrichEvents(context, ...attributes.map((each) => createRawEvent({ subject: "s", ...each })));
    expect(enriched).toHaveLength(attributes.length);
    for (const { json } of enriched) expect(json).not.toMatch(/ada|abc/u);
  });

  test("but numbers in user agents and trace contexts are versions and ids", () => {
    const numbers = {
      useragent: "BrowserNG/7.3.1.37 4111111111111111",
      traceparent: "00-4111111111111111-7.3.1.37-01",
    };
    expect(maskedOf(numbers)).toMatchObject({ event: numbers, masked: [] });
  });
});

test("what all contracts say together is put together once, however many events of unknown types come", () => {
  const contracts = testContracts();
  let asked = 0;
  const counting = {
    ...contracts,
    get everyPrivacy() {
      asked += 1;
      return contracts.everyPrivacy;
    },
  };
  const events = Array.from({ length: 50 }, (_, index) =>
    createRawEvent({ type: `nobody.knows-${index}`, data: { customer: { email: "ada@example.com" } } }),
  );
  const { enriched } = enrichEvents(createContext({ contracts: counting }), ...events);
  expect(enriched.filter(({ json }) => json.includes("ada@"))).toEqual([]);
  expect(asked).toBe(1);
});

describe("a subject that is somebody's address", () => {
  const pseudonym = createPseudonymizer([key]).active("email", "ada@example.com");

  test("becomes the pseudonym that fields of its class have", () => {
    expect(maskedOf({ subject: "Ada@example.com" })).toMatchObject({
      event: { subject: pseudonym.value },
      masked: [{ path: "/subject", class: "email", action: "hmac", keyId: "k1" }],
    });
  });

  test("is told from other subjects, also where only a part of it is one", () => {
    const subjects = ["user/ada@example.com", "user/bob@example.com", "81.2.69.142", "DE89370400440532013000"];
    const masked = subjects.map((subject) => maskedOf({ subject }).event.subject);
    expect(new Set(masked).size).toBe(subjects.length);
    for (const subject of masked) expect(subject).toMatch(/^k1\.[\w-]{43}$/);
  });

  test("lists the pseudonyms of the other live keys", () => {
    const context = createContext({ privacyKeys: [key, olderKey] });
    const { privacy } = enrichOne(createRawEvent({ subject: "ada@example.com" }), context);
    expect(privacy.masked.find(({ path }) => path === "/subject")?.alternates).toEqual([
      createPseudonymizer([olderKey]).active("email", "ada@example.com"),
    ]);
  });

  test.each(["visitor-7", "4111111111111111", "SKU/81.2"])("and %s stays", (subject) => {
    expect(maskedOf({ subject })).toMatchObject({ event: { subject }, masked: [] });
  });
});
