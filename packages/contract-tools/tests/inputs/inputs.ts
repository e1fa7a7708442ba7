/** Something that authors, senders or analysts do with contracts, and its right answer. */
export interface Input {
  readonly name: string;
  readonly input: string;
  readonly right: string;
  /** Tests that show it: the name of the file, and what their full titles hold. All of them have to pass. */
  readonly tests: readonly (readonly [file: string, title: string])[];
}

const gate = (title: string) => ["gate.test.ts", `the check makes what the build makes ${title}`] as const;
const seesBelow = (keyword: string) =>
  [
    ["readers.test.ts", `an annotation below ${keyword} `],
    ["clearance.test.ts", `the clearance check sees an annotation below ${keyword}`],
  ] as const;
const byName = (title: string) =>
  ["an open contract of 2020-12", "a closed contract of 2020-12", "an open contract of draft-07"].map(
    (contract) => ["masking-by-name.test.ts", `${contract} masks an annotated name ${title}`] as const,
  );
const detected = (title: string) => ["detectors.test.ts", title] as const;
const channel = (title: string) => ["origins.test.ts", `the channel of a visit ${title}`] as const;

/** The inputs of contracts, C1 to C40. */
export const inputs: readonly Input[] = [
  { name: "C1", input: "an empty enum", right: "fault", tests: [gate("an empty enum")] },
  {
    name: "C2",
    input: "draft-04's `id` under the name of draft-07",
    right: "fault; `import` converts",
    tests: [gate("draft-04's id"), ["import.test.ts", "an import writes draft-04 as draft-07"]],
  },
  { name: "C3", input: "an `$id` beside a `$ref`", right: "fault", tests: [gate("an id beside a reference")] },
  { name: "C4", input: "foo-bar/baz and foo/bar-baz", right: "fault", tests: [gate("two event types whose views")] },
  { name: "C5", input: "one `$id` twice", right: "fault with the file", tests: [gate("one id twice")] },
  {
    name: "C6",
    input: "a field `a.b` beside an object `a` with `b`",
    right: "two columns, or a fault",
    tests: [gate("a name with a point"), gate("in a contract of our own such a name")],
  },
  {
    name: "C7",
    input: "one embedded `$id`, bundled differently",
    right: "fault",
    tests: [gate("two contracts that bundle one id with different schemas")],
  },
  {
    name: "C8",
    input: "a busy machine",
    right: "the same verdict on patterns",
    tests: [["gate.test.ts", "verdicts on patterns do not depend on the machine "]],
  },
  { name: "C9", input: "an enum loses its const", right: "breaking", tests: [gate("a constant that its list loses")] },
  {
    name: "C10",
    input: "required: toString; a property `constructor`",
    right: "refused up front",
    tests: [gate("a name that every object has"), gate("such a name in draft-07")],
  },
  {
    name: "C11",
    input: "unevaluated keywords that Ajv decides wrongly",
    right: "refused up front",
    tests: [gate("what Ajv decides wrongly is refused")],
  },
  {
    name: "C12",
    input: "`nullable` in draft-07",
    right: "null refused, as typed",
    tests: [gate("nullable says nothing")],
  },
  {
    name: "C13",
    input: "odd times, durations, ids, addresses, punycode",
    right: "as the RFCs",
    tests: ["date-time", "duration", "uuid", "email", "hostname"].map(
      (format) => ["formats.test.ts", `formats ${format} takes `] as const,
    ),
  },
  { name: "C14", input: "zod's `.default()`", right: "not required", tests: [gate("what has a default")] },
  ...["dependentSchemas", "additionalProperties", "patternProperties", "prefixItems", "contains"].map(
    (keyword, index): Input => ({
      name: `C${15 + index}`,
      input: `an annotation below ${keyword}`,
      right: "every reader sees it",
      tests: seesBelow(keyword),
    }),
  ),
  {
    name: "C20",
    input: "types of Stripe, GitHub, Segment, Google",
    right: "contracts by a mapping",
    tests: [["foreign-sources.test.ts", "a source whose schemas others wrote has a contract of the type"]],
  },
  {
    name: "C21",
    input: "an `$id` of another base",
    right: "taken",
    tests: [["foreign-sources.test.ts", "a source whose schemas others wrote keeps its $ids"]],
  },
  {
    name: "C22",
    input: "https://json-schema.org/draft-07/schema#",
    right: "taken",
    tests: [["foreign-sources.test.ts", "a source whose schemas others wrote keeps its $ids"]],
  },
  {
    name: "C23",
    input: "draft-04 to 2019-09, Iglu's documents",
    right: "`import` converts",
    tests: [
      ["import.test.ts", "an import writes draft-04 as draft-07"],
      ["import.test.ts", "an import writes lists of items of 2019-09"],
      ["import.test.ts", "an import takes the versions of a self-describing schema"],
    ],
  },
  {
    name: "C24",
    input: "a `dataschema` of the vendor's",
    right: "its contract",
    tests: [["foreign-sources.test.ts", "a source whose schemas others wrote finds its contract by the vendor's URL"]],
  },
  {
    name: "C25",
    input: "`new envelope/enrichment`, then decision 0068",
    right: "the next version, an enrichment that works",
    tests: [["next-versions.test.ts", "pnpm schemas new, of what is authored in zod an enrichment comes"]],
  },
  {
    name: "C26",
    input: "the customer in a wrapper",
    right: "masked",
    tests: [...byName("in a wrapper"), ...byName("in a wrapper of lists")],
  },
  {
    name: "C27",
    input: "data, or the customer, as the text of JSON",
    right: "masked",
    tests: [...byName("when its object is a text"), ...byName("when the data are a text")],
  },
  {
    name: "C28",
    input: "a name at the root, in a list, further in",
    right: "masked",
    tests: [...byName("at the root"), ...byName("in the plural of"), ...byName("further in than")],
  },
  {
    name: "C29",
    input: "what an open contract does not declare",
    right: "masked",
    tests: [...byName("in capitals"), ...byName("with an underscore"), ...byName("and scans what it does not declare")],
  },
  {
    name: "C30",
    input: "draft-07 with an unannotated email",
    right: "asked about",
    tests: [
      [
        "schemas-check.test.ts",
        "schemas check refuses who takes over a draft-07 document with fields that sound sensitive",
      ],
    ],
  },
  {
    name: "C31",
    input: "disguised addresses, +1 514 555 0199",
    right: "found",
    tests: [detected("scanText finds an e-mail address "), detected("scanText finds a telephone number in its ")],
  },
  {
    name: "C32",
    input: "keys in the forms of their issuers",
    right: "found",
    tests: [detected("scanText finds keys by the form their issuers publish")],
  },
  {
    name: "C33",
    input: "order ids and time stamps",
    right: "not found",
    tests: [
      detected("scanText takes for neither a card nor a telephone number"),
      detected("scanText finds a telephone number in its international form and not in"),
    ],
  },
  {
    name: "C34",
    input: "?fbclid=… alone",
    right: "social",
    tests: [channel("with ?fbclid=x from undefined is social")],
  },
  {
    name: "C35",
    input: "a referrer android-app://com.google.android.gm/",
    right: "valid, e-mail channel",
    tests: [
      channel("with ? from android-app://com.google.android.gm/ is email"),
      ["client-hints.test.ts", "a page view from an app is valid, and came by e-mail"],
    ],
  },
  {
    name: "C36",
    input: "okhttp, Dalvik, CFNetwork",
    right: "apps",
    tests: [["origins.test.ts", "an agent that is no browser "]],
  },
  {
    name: "C37",
    input: "own hosts, a payment page",
    right: "internal, payment",
    tests: [channel("from a host of one's own"), channel("with ? from https://www.paypal.com/")],
  },
  {
    name: "C38",
    input: "::ffff:81.2.69.160",
    right: "as IPv4",
    tests: [["origins.test.ts", "an IPv4 address in IPv6 ::ffff:81.2.69.160"]],
  },
  {
    name: "C39",
    input: "0.1 + 0.2 of `multipleOf: 0.01`",
    right: "a decimal, 0.3",
    tests: [["warehouse-views.test.ts", "warehouse views are exact for sums of money"]],
  },
  {
    name: "C40",
    input: "a source that turns invalid, all of it",
    right: "view, metric, alarm",
    tests: [
      ["warehouse-views.test.ts", "VALIDATION_ERRORS groups errors by their place"],
      ["source-watch.test.ts", "a source is broken"],
      ["alarms.test.ts", "enrichment is watched for sources of which every event is invalid"],
    ],
  },
];
