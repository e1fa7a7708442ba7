import { randomUUID } from "node:crypto";
import { Canaries } from "./canaries.ts";

/**
 * The outcome that an event must have: a verdict in the warehouse, a kind of bad row, or none because ingest refuses
 * it.
 */
type Fate =
  | "valid"
  | "invalid"
  | "unknown"
  | "refused"
  | `bad row ${"not-utf8" | "not-json" | "not-an-object" | "not-an-event" | "too-deep" | "too-large"}`;

/** One way an event with canaries in it goes. */
export interface CanaryPath {
  readonly name: string;
  /** Outcomes of its events, in order; each has the id `<name>/<index>`, and strays need not have one. */
  readonly fates: readonly Fate[];
  /** Past ingest, right onto the raw stream: the bytes and the partition key. */
  readonly stray?: { readonly bytes: Uint8Array; readonly partitionKey: string };
  readonly request?: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | Uint8Array;
    /** Query of the request's own address. */
    readonly query?: string;
  };
}

type Json = Record<string, unknown>;

const source = "https://shop.example/web";
const json = "application/json";
/** A record of the local streams holds so much, partition key included. */
const maxRecordBytes = 1_048_576;

/** A control: text in a field without annotation, so it has to be found. */
export const controlLabel = "control: a page title, which has no annotation";

/** The name of an attribute, which ingest repeats to who sent it. */
export const ownAttributeLabel = "a name of an attribute that is none";

/**
 * Events with canaries on every path through the pipeline, and in every place of an event.
 */
export class CanaryTraffic {
  readonly canaries = new Canaries();
  readonly paths: readonly CanaryPath[];
  constructor() {
    this.paths = [
      ...this.#validPaths(),
      ...this.#invalidPaths(),
      ...this.#unknownPaths(),
      ...this.#refusedPaths(),
      ...this.#strayPaths(),
    ];
  }

  #validPaths(): CanaryPath[] {
    const { canaries } = this;
    return [
      this.#path("purchase", ["valid"], (name) => [this.#purchase(name)]),
      this.#path("control", ["valid"], (name) => [
        this.#event(name, "page.view", { context: { ...this.#context(name), pageTitle: canaries.text(controlLabel) } }),
      ]),
      this.#path("secrets in addresses", ["valid"], (name) => [
        this.#event(name, "page.view", {
          context: {
            ...this.#context(name),
            pageUrl: `https://shop.example/?utm_campaign=spring&reset_token=${canaries.secret(`${name}: parameter`)}#access_token=${canaries.secret(`${name}: fragment`)}`,
            referrerUrl: `https://ada:${canaries.secret(`${name}: password`)}@mail.example/?back=${encodeURIComponent(`https://x.example/?to=${encodeURIComponent(canaries.email(`${name}: encoded twice`))}&api_key=${canaries.secret(`${name}: inner parameter`)}`)}`,
          },
        }),
      ]),
      this.#path("free text", ["valid"], (name) => [
        this.#event(name, "search.query", {
          context: this.#context(name),
          queryId: "q",
          query: `${canaries.email(`${name}: e-mail`)} ${canaries.card(`${name}: card`)} ${canaries.iban(`${name}: IBAN`)} ${canaries.ip(`${name}: IP`)} ${canaries.ipv6(`${name}: IPv6`)} password=${canaries.secret(`${name}: password`)}`,
          resultCount: 0,
          page: 1,
        }),
      ]),
      this.#path("open object, keys and values", ["valid"], (name) => [
        this.#event(name, "custom.event", {
          context: this.#context(name),
          name: "note.saved",
          properties: {
            text: `write to ${canaries.email(`${name}: value`)}`,
            [canaries.email(`${name}: key`)]: 1,
            [`card ${canaries.card(`${name}: key`)}`]: [canaries.iban(`${name}: in an array`)],
            password: canaries.secret(`${name}: value of a telling name`),
            number: Number(canaries.card(`${name}: number`).replaceAll(" ", "")),
            deep: { deeper: [{ apiKey: canaries.secret(`${name}: deep`), ip: canaries.ip(`${name}: deep`) }] },
          },
        }),
      ]),
      this.#path("under oneOf", ["valid"], (name) => [
        this.#event(name, "inventory.stock-change", {
          productId: "sku-1",
          site: "BER01",
          change: 0,
          stock: 4,
          reason: { kind: "count", countedBy: canaries.text(`${name}: employee`) },
        }),
      ]),
      this.#path(
        "several in one request, as NDJSON",
        ["valid", "invalid", "refused"],
        (name) => [
          this.#event(name, "newsletter.subscription", this.#subscription(name)),
          this.#event(name, "newsletter.subscription", { ...this.#subscription(name), action: "resubscribe" }, 1),
          { ...this.#event(name, "newsletter.subscription", this.#subscription(name), 2), type: 7 },
        ],
        "application/x-ndjson",
      ),
      this.#path(
        "headers of the request",
        ["valid"],
        (name) => [this.#event(name, "page.view", { context: this.#context(name) })],
        json,
        {
          "user-agent": `ExampleBot/1.0 (+mailto:${canaries.email("user agent: e-mail")}; token=${canaries.secret("user agent: token")})`,
          referer: `https://shop.example/?email=${encodeURIComponent(canaries.email("referer: e-mail"))}&session_id=${canaries.secret("referer: session")}`,
          origin: `https://${canaries.secret("origin: user")}@shop.example`,
          "x-forwarded-for": canaries.ip("X-Forwarded-For: IPv4"),
          traceparent: canaries.email("traceparent"),
          cookie: `session=${canaries.secret("cookie")}`,
        },
      ),
      this.#path(
        "an address of IPv6",
        ["valid"],
        (name) => [this.#event(name, "page.view", { context: this.#context(name) })],
        json,
        { "x-forwarded-for": `10.0.0.1, ${canaries.ipv6("X-Forwarded-For: IPv6")}` },
      ),
      this.#path("attributes of the event", ["valid"], (name) => [
        {
          ...this.#event(name, "page.view", { context: this.#context(name) }),
          subject: canaries.email(`${name}: subject`),
          accountmail: canaries.email(`${name}: extension`),
          sessiontoken: canaries.secret(`${name}: extension with a telling name`),
          datacontenttype: `application/json; to="${canaries.email(`${name}: datacontenttype`)}"`,
        },
      ]),
      this.#rawPath("keys twice and keys escaped", "valid", (name) =>
        JSON.stringify(this.#purchase(name))
          .replace('"name":"', `"name":${JSON.stringify(canaries.text(`${name}: first name`))},"name":"`)
          .replace('"pageUrl":"', `"pageUrl":${JSON.stringify(canaries.email(`${name}: first address`))},"pageUrl":"`)
          .replace('"postalCode"', '"p\\u006fstalCode"')
          .replace('"customer":', '\n\t"\\u0063ustomer" : '),
      ),
      this.#binaryPath("binary mode", "valid", json, (name) => JSON.stringify(this.#subscription(name))),
    ];
  }

  #invalidPaths(): CanaryPath[] {
    const { canaries } = this;
    const purchaseWith = (path: string, change: (purchase: Json) => void): CanaryPath =>
      this.#path(path, ["invalid"], (name) => {
        const event = this.#purchase(name);
        change(event["data"] as Json);
        return [event];
      });
    const found = (label: string) =>
      `${canaries.email(`${label}: e-mail`)} ${canaries.card(`${label}: card`)} ${canaries.iban(`${label}: IBAN`)} ${canaries.ip(`${label}: IP`)} ${canaries.ipv6(`${label}: IPv6`)} token: ${canaries.secret(`${label}: token`)}`;
    const customer = (data: Json) => data["customer"] as Json;
    return [
      purchaseWith("required property missing", (data) => delete data["orderId"]),
      purchaseWith("property too many", (data) => (data["note"] = found("property too many"))),
      purchaseWith("key too many", (data) => (data[canaries.email("key too many")] = found("value of that key"))),
      purchaseWith("wrong pattern", (data) => (data["currency"] = found("wrong pattern"))),
      purchaseWith("text instead of a number", (data) => (data["total"] = found("text instead of a number"))),
      purchaseWith(
        "number instead of a text",
        (data) => (data["orderId"] = Number(canaries.card("number instead of a text").replaceAll(" ", ""))),
      ),
      purchaseWith("too long", (data) => (data["orderId"] = found("too long").repeat(5))),
      purchaseWith("annotated values too long", (data) => {
        customer(data)["name"] = canaries.text("annotated values too long: name").repeat(30);
        customer(data)["phone"] = canaries.phone("annotated values too long: phone").repeat(9);
      }),
      purchaseWith("annotated values of the wrong type", (data) => {
        customer(data)["name"] = { first: canaries.text("annotated values of the wrong type: name") };
        customer(data)["postalCode"] = [canaries.postalCode("annotated values of the wrong type: postal code")];
        customer(data)["address"] = canaries.text("annotated values of the wrong type: address");
        customer(data)["cardNumber"] = Number(
          canaries.card("annotated values of the wrong type: card").replaceAll(" ", ""),
        );
      }),
      purchaseWith("an array where one value stands", (data) => (data["customer"] = [[customer(data)]])),
      purchaseWith("a page address that is none", (data) => {
        (data["context"] as Json)["pageUrl"] = `//${found("a page address that is none")}`;
      }),
      purchaseWith("an e-mail address that breaks its pattern", (data) => {
        (data["context"] as Json)["email"] = `${canaries.email("an e-mail address that breaks its pattern")} ?`;
      }),
      this.#path("enum and const", ["invalid"], (name) => [
        this.#event(name, "newsletter.subscription", { ...this.#subscription(name), action: found(`${name}: enum`) }),
      ]),
      this.#path("no branch of oneOf", ["invalid"], (name) => [
        this.#event(name, "inventory.stock-change", {
          ...{ productId: "sku-1", site: found(`${name}: site`), change: 0, stock: 4 },
          ...{ reason: { kind: found(`${name}: kind`), countedBy: canaries.text(`${name}: employee`) } },
        }),
      ]),
      this.#path("data that is a text", ["invalid"], (name) => [this.#event(name, "page.view", found(name))]),
      this.#path("data that is a list", ["invalid"], (name) => [this.#event(name, "page.view", [found(name)])]),
      this.#rawPath("a key twice", "invalid", (name) =>
        JSON.stringify(this.#event(name, "page.view", { context: "first", x: 1 }))
          .replace('"first"', JSON.stringify(canaries.email(`${name}: first`)))
          .replace('"x":1', `"context":${JSON.stringify(canaries.email(`${name}: second`))}`),
      ),
      this.#rawPath("escaped characters", "invalid", (name) =>
        JSON.stringify(this.#event(name, "page.view", { note: canaries.email(name) })).replaceAll("@", "\\u0040"),
      ),
      this.#binaryPath("text in binary mode", "invalid", "text/plain", (name) => found(name)),
    ];
  }

  #unknownPaths(): CanaryPath[] {
    const { canaries } = this;
    const base = "https://millrace.example/schemas/events";
    return [
      this.#path("unknown type", ["unknown"], (name) => [
        this.#event(name, "crm.note", {
          text: `${canaries.email(`${name}: e-mail`)}, ${canaries.card(`${name}: card`)}, ${canaries.iban(`${name}: IBAN`)}, ${canaries.ip(`${name}: IP`)}`,
          [canaries.email(`${name}: key`)]: { accessToken: canaries.secret(`${name}: token`) },
          link: `https://x.example/?jwt=${canaries.secret(`${name}: parameter`)}`,
        }),
      ]),
      this.#path("mistyped type", ["unknown"], (name) => [{ ...this.#purchase(name), type: "commerce.purchse" }]),
      this.#path("unknown version", ["unknown"], (name) => [
        { ...this.#purchase(name), dataschema: `${base}/commerce/purchase/9-0-0.json` },
      ]),
      this.#path("schema of another type", ["unknown"], (name) => [
        { ...this.#purchase(name), dataschema: `${base}/search/click/1-0-0.json` },
      ]),
      this.#path("schema of somebody else", ["unknown"], (name) => [
        {
          ...this.#purchase(name),
          dataschema: `https://x.example/?sig=${canaries.secret(`${name}: parameter`)}&m=${canaries.email(`${name}: e-mail`)}`,
        },
      ]),
    ];
  }

  #refusedPaths(): CanaryPath[] {
    const { canaries } = this;
    const whole = (name: string) => JSON.stringify(this.#purchase(name));
    return [
      this.#rawPath("malformed JSON", "refused", (name) => whole(name).slice(0, -9)),
      this.#rawPath("malformed JSON beside a value", "refused", (name) => whole(name).replace('"customer":', "")),
      this.#rawPath("wrong UTF-8", "refused", (name) => Buffer.concat([Buffer.from(whole(name)), Buffer.from([0xff])])),
      this.#rawPath("too large", "refused", (name) =>
        whole(name).replace('"total":', `"note":"${"x".repeat(300_000)}","total":`),
      ),
      this.#rawPath(
        "too large a body",
        "refused",
        (name) =>
          `[${Array(40)
            .fill(whole(name).replace('"total":', `"note":"${"x".repeat(60_000)}","total":`))
            .join(",")}]`,
      ),
      this.#rawPath("too deep", "refused", (name) =>
        whole(name).replace('"total":', `"note":${"[".repeat(500)}${"]".repeat(500)},"total":`),
      ),
      this.#path("no type", ["refused"], (name) => [{ ...this.#purchase(name), type: undefined }]),
      this.#path("a time that is none", ["refused"], (name) => [
        { ...this.#purchase(name), time: canaries.email(name) },
      ]),
      this.#path("source of somebody else", ["refused"], (name) => [
        { ...this.#purchase(name), source: `https://rival.example/?token=${canaries.secret(`${name}: source`)}` },
      ]),
      this.#path(ownAttributeLabel, ["refused"], (name) => [{ ...this.#purchase(name), [canaries.email(name)]: 1 }]),
      this.#path("a key that nobody has", ["refused"], (name) => [this.#purchase(name)], json, {
        authorization: `Bearer ${canaries.secret("write key")}`,
      }),
    ];
  }

  /** Records that another producer puts on the raw stream itself, past every check of an endpoint. */
  #strayPaths(): CanaryPath[] {
    const { canaries } = this;
    const text = (name: string) => JSON.stringify(this.#stray(name));
    const stray = (path: string, fates: readonly Fate[], make: (name: string) => string | Uint8Array): CanaryPath => {
      const name = `stray: ${path}`;
      const content = make(name);
      return {
        name,
        fates,
        stray: {
          bytes: typeof content === "string" ? Buffer.from(`${content}\n`) : content,
          partitionKey: canaries.email(`${name}: partition key`),
        },
      };
    };
    return [
      stray("cut off", ["bad row not-json"], (name) => text(name).slice(0, -40)),
      stray("a fault in it", ["bad row not-json"], (name) => text(name).replace('"orderId"', "orderId")),
      stray("wrong UTF-8", ["bad row not-utf8"], (name) =>
        Buffer.concat([Buffer.from(text(name)), Buffer.from([0xff, 0x0a])]),
      ),
      stray("UTF-16", ["bad row not-utf8"], (name) => Buffer.from(`\ufeff${text(name)}`, "utf16le")),
      stray(
        "no JSON at all",
        ["bad row not-json"],
        (name) => `mail=${canaries.email(name)}&card=${canaries.card(name)}`,
      ),
      stray("a batch that nobody took apart", ["bad row not-an-object"], (name) => `[${text(name)}]`),
      stray("a text", ["bad row not-an-object"], (name) => JSON.stringify(canaries.email(name))),
      stray("an object that is no event", ["bad row not-an-event"], (name) =>
        JSON.stringify({ [canaries.email(`${name}: key`)]: canaries.text(name) }),
      ),
      stray("no identity", ["bad row not-an-event"], (name) => JSON.stringify({ ...this.#stray(name), id: undefined })),
      stray("a time that is none", ["bad row not-an-event"], (name) =>
        JSON.stringify({
          ...this.#stray(name),
          time: canaries.email(`${name}: time`),
          receivedat: canaries.card(`${name}: receipt`),
        }),
      ),
      stray("too deep", ["bad row too-deep"], (name) =>
        text(name).replace('"total":', `"note":${"[".repeat(500)}${"]".repeat(500)},"total":`),
      ),
      stray("too large once enriched", ["bad row too-large"], (name) => {
        const event = text(name);
        return event.replace('"total":', `"note":"${"x".repeat(maxRecordBytes - event.length - 100)}","total":`);
      }),
      stray("bytes as data", ["unknown"], (name) =>
        JSON.stringify({
          ...this.#stray(name),
          type: "crm.import",
          data: undefined,
          data_base64: Buffer.from(text(`${name}, in base64`)).toString("base64"),
        }),
      ),
      stray("attributes of the wrong type", ["valid"], (name) =>
        JSON.stringify({
          ...this.#stray(name),
          clientip: [canaries.ip(`${name}: clientip`)],
          useragent: { of: canaries.email(`${name}: user agent`) },
          traceparent: canaries.email(`${name}: traceparent`),
          [canaries.email(`${name}: name of an attribute`)]: canaries.card(`${name}: its value`),
        }),
      ),
      stray("attributes twice and attributes escaped", ["valid"], (name) =>
        text(name)
          .replace('"clientip":', `"clientip":${JSON.stringify(canaries.ip(`${name}: first`))},"client\\u0069p":`)
          .replace(
            "{",
            `{"useragent":${JSON.stringify(canaries.email(`${name}: user agent`))},"useragent":"x","subject":${JSON.stringify(canaries.email(`${name}: subject`))},`,
          )
          .replace('"data":', `"data":{"note":${JSON.stringify(canaries.email(`${name}: data`))}},"data":`),
      ),
      stray("several lines, good and bad", ["valid", "bad row not-json", "invalid"], (name) =>
        [
          text(name),
          text(`${name}, cut off`).slice(0, -9),
          JSON.stringify({
            ...this.#stray(`${name}, invalid`),
            id: `${name}/2`,
            data: canaries.email(`${name}: data`),
          }),
        ].join("\n"),
      ),
    ];
  }

  #path(
    name: string,
    fates: readonly Fate[],
    make: (name: string) => readonly Json[],
    contentType = json,
    headers: Readonly<Record<string, string>> = {},
  ): CanaryPath {
    const lines = make(name).map((event) => JSON.stringify(event));
    const body = contentType === json ? `[${lines.join(",")}]` : lines.map((line) => `${line}\n`).join("");
    const query = `token=${this.canaries.secret(`${name}: query of the request`)}&to=${this.canaries.email(`${name}: query of the request`)}`;
    return { name, fates, request: { headers: { "content-type": contentType, ...headers }, body, query } };
  }

  #rawPath(name: string, fate: Fate, make: (name: string) => string | Uint8Array): CanaryPath {
    return { name, fates: [fate], request: { headers: { "content-type": json }, body: make(name) } };
  }

  #binaryPath(name: string, fate: Fate, contentType: string, make: (name: string) => string): CanaryPath {
    const { id, type } = this.#event(name, "newsletter.subscription", {}) as { id: string; type: string };
    const headers = {
      ...{ "ce-specversion": "1.0", "ce-id": encodeURIComponent(id), "ce-source": source, "ce-type": type },
      "ce-accountmail": encodeURIComponent(this.canaries.email(`${name}: header of an extension`)),
      "content-type": contentType,
    };
    return { name, fates: [fate], request: { headers, body: make(name) } };
  }

  #event(name: string, type: string, data: unknown, index = 0): Json {
    return { specversion: "1.0", id: `${name}/${index}`, source, type, subject: `visitor-${name}`, data };
  }

  #stray(name: string): Json {
    const now = new Date().toISOString();
    return {
      ...this.#purchase(name),
      time: now,
      tenantid: "local",
      receivedat: now,
      clientip: this.canaries.ip(`${name}: clientip`),
    };
  }

  #context(name: string): Json {
    return {
      pageUrl: `https://shop.example/thanks?email=${encodeURIComponent(this.canaries.email(`${name}: page address`))}&q=tent`,
      referrerUrl: `https://mail.example/?to=${this.canaries.email(`${name}: referrer`)}`,
      sessionId: randomUUID(),
      visitorId: randomUUID(),
      email: this.canaries.email(`${name}: context.email`),
    };
  }

  #subscription(name: string): Json {
    return {
      context: this.#context(name),
      list: "weekly",
      action: "subscribe",
      email: this.canaries.email(`${name}: email`),
    };
  }

  #purchase(name: string): Json {
    const { canaries } = this;
    return this.#event(name, "commerce.purchase", {
      context: { ...this.#context(name), userId: canaries.text(`${name}: context.userId`) },
      orderId: "o-1",
      total: 10,
      currency: "EUR",
      items: [
        { product: { productId: "p-1", name: "Shoe", category: "shoes", price: 10, currency: "EUR" }, quantity: 1 },
      ],
      customer: {
        name: canaries.text(`${name}: customer.name`),
        email: canaries.email(`${name}: customer.email`),
        phone: canaries.phone(`${name}: customer.phone`),
        cardNumber: canaries.card(`${name}: customer.cardNumber`),
        address: { street: canaries.text(`${name}: customer.address.street`), city: "London", country: "GB" },
        postalCode: canaries.postalCode(`${name}: customer.postalCode`),
      },
    });
  }
}
