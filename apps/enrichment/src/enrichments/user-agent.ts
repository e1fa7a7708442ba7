import Bowser from "bowser";
import type { Enrichment } from "@millrace/event-contracts";
import { createAddition } from "./addition.ts";
import { parseAppAgent } from "./app-agents.ts";
import type { EnrichmentDefinition } from "./enrichment.ts";
import { userAgentText } from "./text-input.ts";

/** Browser, system and device as the `User-Agent` header tells them. */
export type UserAgentResult = NonNullable<Enrichment["userAgent"]>;

/** Reads the `useragent` attribute. */
export const userAgent: EnrichmentDefinition = {
  name: "userAgent",
  create: () => ({
    input: userAgentText,
    read: (text) => createAddition("userAgent", parseAppAgent(text) ?? parseUserAgent(text)),
  }),
};

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
