import { isIP } from "node:net";
import { isAllowedString, isAttributeName, isInteger, isTimestamp, isUri, isUriReference } from "./attribute-values.ts";
import {
  maxAttributeCharacters,
  MAX_ATTRIBUTE_NAME_CHARACTERS,
  MAX_EXTENSION_CHARACTERS,
  MAX_EXTENSIONS,
} from "./limits.ts";
import { isJsonMediaType, parseMediaType } from "./media-types.ts";
import type { ProblemCode, Rejection } from "./problems.ts";

/** The first thing wrong with an event. */
export type EventFault = Omit<Rejection, "index">;

/** Decoded value of an attribute; `undefined` for an object or an array. */
type AttributeValue = string | number | boolean | undefined;

interface AttributeRule {
  readonly isValid: (value: string) => boolean;
  /** Says what a valid value is. */
  readonly expected: string;
  readonly code?: ProblemCode;
}

const isFilled = (value: string): boolean => value !== "";
const isMediaType = (value: string): boolean => value === "application/json" || parseMediaType(value) !== undefined;

/** The attributes that CloudEvents itself defines: all of them are strings. */
const attributeRules = new Map<string, AttributeRule>([
  ["specversion", { isValid: (value) => value === "1.0", expected: '"1.0"', code: "unsupported-specversion" }],
  ["id", { isValid: isFilled, expected: "a string that is not empty" }],
  ["source", { isValid: isUriReference, expected: "a URI reference such as https://shop.example/web" }],
  ["type", { isValid: isFilled, expected: "a string that is not empty" }],
  ["subject", { isValid: isFilled, expected: "a string that is not empty" }],
  ["time", { isValid: isTimestamp, expected: "an RFC 3339 date-time such as 2026-11-22T18:30:00Z" }],
  ["dataschema", { isValid: isUri, expected: "a URI with a scheme" }],
  ["datacontenttype", { isValid: isMediaType, expected: "a media type such as application/json" }],
]);

/** Attributes no client may state. */
const serviceAttributes = new Set(["tenantid", "receivedat", "replayedat", "erasedat", "senderkind", "canary"]);

/** Attributes that ingest takes from the request, and that a forwarding back end states instead. */
const clientAttributes = new Set(["clientip", "useragent", "clienthints", "referer", "origin"]);

/**
 * One event while it is read: its attributes as JSON text ready to be stored, its data as the client wrote it, and the
 * first fault found. Reading goes on after a fault, because the rest of the batch lies behind it.
 */
export class EventDraft {
  fault: EventFault | undefined;
  id: string | undefined;
  source = "";
  type = "";
  subject: string | undefined;
  /** JSON text of `data`; `undefined` when the event has none. */
  data: string | undefined;
  hasTime = false;
  #specversion = false;
  /** JSON text of all attributes, each one preceded by a comma but the first. */
  #attributes = "";
  #dataBase64: string | undefined;
  #dataContentType: string | undefined;
  readonly #mayForwardClient: boolean;
  #extensions: Set<string> | undefined;
  #extensionCount = 0;

  constructor(mayForwardClient: boolean) {
    this.#mayForwardClient = mayForwardClient;
  }

  /**
   * Takes one attribute.
   * @param token the JSON text of `value`
   */
  setAttribute(name: string, value: AttributeValue, token: string): void {
    const rule = attributeRules.get(name);
    if (rule === undefined) {
      this.#setExtension(name, value, token);
      return;
    }
    if (typeof value !== "string") {
      this.reject("invalid-attribute-type", `Expected \`${name}\` to be a string.`, name);
      return;
    }
    if (this.#isSet(name)) {
      this.#rejectDuplicate(name);
      return;
    }
    if (this.#isTooLong(name, value)) return;
    if (!rule.isValid(value) || !isAllowedString(value)) {
      this.reject(
        rule.code ?? "invalid-attribute-value",
        `Expected \`${name}\` to be ${rule.expected}, without control characters.`,
        name,
      );
      return;
    }
    if (name === "id") this.id = value;
    else if (name === "source") this.source = value;
    else if (name === "type") this.type = value;
    else if (name === "subject") this.subject = value;
    else if (name === "time") this.hasTime = true;
    else if (name === "specversion") this.#specversion = true;
    else if (name === "datacontenttype") this.#dataContentType = value;
    else this.#addExtensionName(name);
    this.#append(name, token);
  }

  /** Takes the JSON text of the member `data`. */
  setData(text: string): void {
    if (this.data !== undefined) this.#rejectDuplicate("data");
    // The text comes from one JSON document, so a line break in it stands between tokens, where it means nothing.
    this.data = hasLineBreak(text) ? text.replace(/[\r\n]+/g, "") : text;
  }

  /** Takes the member `data_base64`: JSON data may be sent as bytes, too. */
  setDataBase64(value: AttributeValue): void {
    if (typeof value !== "string" || !isBase64(value)) {
      this.reject("invalid-attribute-type", "Expected `data_base64` to be a string of Base64.", "data_base64");
    } else if (this.#dataBase64 !== undefined) {
      this.#rejectDuplicate("data_base64");
    } else {
      this.#dataBase64 = value;
    }
  }

  /** Notes a fault, unless there is one already. */
  reject(code: ProblemCode, detail: string, attribute?: string, limit?: number): void {
    this.fault ??= {
      code,
      detail,
      ...(attribute !== undefined && { attribute }),
      ...(limit !== undefined && { limit }),
    };
  }

  /** The bytes of `data_base64`, when the event has them and they can be JSON; faults are noted. */
  takeDataBytes(): Uint8Array | undefined {
    if (this.#dataBase64 === undefined) return undefined;
    if (this.data !== undefined) {
      this.reject("unsupported-data", "An event has either `data` or `data_base64`, not both.", "data_base64");
      return undefined;
    }
    const mediaType = parseMediaType(this.#dataContentType ?? "application/json");
    if (mediaType === undefined || !isJsonMediaType(mediaType.name)) {
      this.reject(
        "unsupported-data",
        "`data_base64` is accepted for JSON only; other bytes cannot be masked.",
        "data_base64",
      );
      return undefined;
    }
    return Buffer.from(this.#dataBase64, "base64");
  }

  /** Checks what can only be known at the end of the event. */
  requireAttributes(): void {
    if (!this.#specversion) this.#rejectMissing("specversion");
    if (this.source === "") this.#rejectMissing("source");
    if (this.type === "") this.#rejectMissing("type");
  }

  /** All attributes as JSON text: members without the braces around them. */
  get attributes(): string {
    return this.#attributes;
  }

  /** True if the event carries the extension attribute. */
  hasExtension(name: string): boolean {
    return this.#extensions?.has(name) ?? false;
  }

  #setExtension(name: string, value: AttributeValue, token: string): void {
    if (!isAttributeName(name)) {
      this.reject(
        "invalid-attribute-name",
        `Attribute names hold lower-case letters and digits only; put ${shortName(name)} into \`data\`.`,
      );
      return;
    }
    if (name.length > MAX_ATTRIBUTE_NAME_CHARACTERS) {
      const detail = `The attribute name ${shortName(name)} has ${name.length} characters.`;
      this.reject("attribute-too-long", detail, undefined, MAX_ATTRIBUTE_NAME_CHARACTERS);
      return;
    }
    if (serviceAttributes.has(name) || (clientAttributes.has(name) && !this.#mayForwardClient)) {
      this.reject("reserved-attribute", `\`${name}\` is set by the service; leave it out.`, name);
      return;
    }
    if (this.#isSet(name)) {
      this.#rejectDuplicate(name);
      return;
    }
    if (this.#extensionCount === MAX_EXTENSIONS) {
      const detail = `An event takes ${MAX_EXTENSIONS} extension attributes; put the others into \`data\`.`;
      this.reject("too-many-attributes", detail, undefined, MAX_EXTENSIONS);
      return;
    }
    if (typeof value === "string") {
      if (this.#isTooLong(name, value)) return;
      if (!isAllowedString(value) || (name === "clientip" && isIP(value) === 0)) {
        const expected = name === "clientip" ? "an IP address" : "a string without control characters";
        this.reject("invalid-attribute-value", `Expected \`${name}\` to be ${expected}.`, name);
        return;
      }
    } else if (clientAttributes.has(name) || value === undefined || (typeof value === "number" && !isInteger(value))) {
      this.reject(
        "invalid-attribute-type",
        `Expected \`${name}\` to be a string, a boolean or a 32-bit integer; put anything else into \`data\`.`,
        name,
      );
      return;
    }
    this.#extensionCount += 1;
    this.#addExtensionName(name);
    this.#append(name, token);
  }

  #isTooLong(name: string, value: string): boolean {
    const limit = (maxAttributeCharacters as Readonly<Record<string, number>>)[name] ?? MAX_EXTENSION_CHARACTERS;
    if (value.length <= limit) return false;
    const detail = `\`${name}\` has ${value.length} characters; the limit is ${limit}. Long values belong into \`data\`.`;
    this.reject("attribute-too-long", detail, name, limit);
    return true;
  }

  #append(name: string, token: string): void {
    this.#attributes += this.#attributes === "" ? `"${name}":${token}` : `,"${name}":${token}`;
  }

  #isSet(name: string): boolean {
    switch (name) {
      case "specversion":
        return this.#specversion;
      case "id":
        return this.id !== undefined;
      case "source":
        return this.source !== "";
      case "type":
        return this.type !== "";
      case "subject":
        return this.subject !== undefined;
      case "time":
        return this.hasTime;
      case "datacontenttype":
        return this.#dataContentType !== undefined;
      default:
        return this.hasExtension(name);
    }
  }

  #addExtensionName(name: string): void {
    this.#extensions ??= new Set();
    this.#extensions.add(name);
  }

  #rejectDuplicate(name: string): void {
    this.reject("duplicate-attribute", `\`${name}\` stands twice in the event; readers would disagree on it.`, name);
  }

  #rejectMissing(name: string): void {
    this.reject("missing-attribute", `\`${name}\` is missing.`, name);
  }
}

function hasLineBreak(text: string): boolean {
  return text.includes("\n") || text.includes("\r");
}

function isBase64(value: string): boolean {
  return value.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(value);
}

/** A client's own name in an answer: quoted, and cut. */
function shortName(name: string): string {
  return JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name);
}
