import { MAX_URL_PART_LENGTH } from "./limits.ts";
import { type Addition, createAddition } from "./addition.ts";
import { defineEnrichment, parseWebUrl } from "./definition.ts";
import { pointersOption } from "./option-schemas.ts";
import { textAt } from "./text-input.ts";
import type { ObjectSchema, ValueOf } from "./value-of.ts";

const options = {
  type: "object",
  required: ["pointers"],
  additionalProperties: false,
  properties: { pointers: pointersOption },
} as const satisfies ObjectSchema;

const result = {
  description: "The parts of the page's address. The query stays on the event: what of it counts, `campaign` takes.",
  type: "object",
  properties: {
    scheme: { type: "string", enum: ["http", "https"], description: "Scheme." },
    host: { type: "string", minLength: 1, description: "Host, without the port." },
    port: { description: "Port, unless it is the scheme's own.", type: "integer", minimum: 0, maximum: 65535 },
    path: { type: "string", minLength: 1, maxLength: 1024, description: "Path, cut." },
    fragment: { description: "Fragment without `#`, cut.", type: "string", minLength: 1, maxLength: 1024 },
  },
  required: ["scheme", "host", "path"],
  additionalProperties: false,
} as const satisfies ObjectSchema;

export type PageResult = ValueOf<typeof result>;

/** Option `pointers`: where the address lies, the first that holds a text. */
export const page = defineEnrichment({
  name: "page",
  options,
  result,
  create: (options) => ({ input: textAt(options.pointers), read: readPage }),
});

function readPage(address: string): Addition<PageResult> {
  const url = parseWebUrl(address);
  const fragment = url.hash.slice(1, MAX_URL_PART_LENGTH + 1);
  return createAddition<PageResult>("page", {
    scheme: url.protocol === "https:" ? "https" : "http",
    host: url.hostname,
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    path: url.pathname.slice(0, MAX_URL_PART_LENGTH),
    ...(fragment === "" ? {} : { fragment }),
  });
}
