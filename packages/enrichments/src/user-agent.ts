import Bowser from "bowser";
import { createAddition } from "./addition.ts";
import { readClientHints, withClientHints } from "./client-hints.ts";
import { parseAppAgent } from "./app-agents.ts";
import { defineEnrichment } from "./definition.ts";
import { noOptions } from "./option-schemas.ts";
import { splitUserAgent, userAgentText } from "./text-input.ts";
import type { ObjectSchema, ValueOf } from "./value-of.ts";

const program = {
  type: "object",
  properties: {
    name: { type: "string", minLength: 1, description: "Name, e.g. `Safari`." },
    version: { description: "Version, e.g. `17.5`.", type: "string", minLength: 1 },
  },
  required: ["name"],
  additionalProperties: false,
} as const;

const result = {
  description: "Browser, system and device as the `User-Agent` header tells them.",
  type: "object",
  properties: {
    browser: { ...program, description: "Browser." },
    os: { ...program, description: "Operating system." },
    device: {
      description: "Device.",
      type: "object",
      properties: {
        type: { description: "E.g. `mobile`, `tablet`, `desktop`.", type: "string", minLength: 1 },
        vendor: { description: "E.g. `Apple`.", type: "string", minLength: 1 },
        model: { description: "E.g. `iPhone`.", type: "string", minLength: 1 },
      },
      additionalProperties: false,
    },
    basis: {
      type: "string",
      enum: ["client-hints"],
      description: "Where it was not the `User-Agent` header that told: the browser's client hints.",
    },
  },
  additionalProperties: false,
} as const satisfies ObjectSchema;

export type UserAgentResult = ValueOf<typeof result>;

/** Reads client hints and the `useragent` attribute. */
export const userAgent = defineEnrichment({
  name: "userAgent",
  options: noOptions,
  result,
  create: () => ({
    input: userAgentText,
    read: (text) => createAddition("userAgent", readAgent(text)),
  }),
});

/** Client hints say what browsers have frozen in their `User-Agent`, which tells the rest. */
function readAgent(text: string): UserAgentResult {
  const { agent, hints } = splitUserAgent(text);
  const app = agent === "" ? undefined : parseAppAgent(agent);
  const parsed = app ?? (agent === "" ? {} : parseUserAgent(agent));
  return hints === undefined || app !== undefined ? parsed : withClientHints(parsed, readClientHints(hints));
}

function parseUserAgent(text: string): UserAgentResult {
  const { browser, os, platform } = Bowser.parse(text);
  return {
    ...(browser.name ? { browser: named(browser.name, browser.version) } : {}),
    ...(os.name ? { os: named(os.name, os.version) } : {}),
    ...(platform.type
      ? {
          device: {
            type: platform.type,
            ...(platform.vendor ? { vendor: platform.vendor } : {}),
            ...(platform.model ? { model: platform.model } : {}),
          },
        }
      : {}),
  };
}

function named(name: string, version: string | undefined): { name: string; version?: string } {
  return version ? { name, version } : { name };
}
