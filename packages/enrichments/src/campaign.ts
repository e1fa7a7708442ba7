import { MAX_URL_PART_LENGTH } from "./limits.ts";
import { type Addition, createAddition } from "./addition.ts";
import { defineEnrichment, parseWebUrl } from "./definition.ts";
import { pointersOption } from "./option-schemas.ts";
import { textAt } from "./text-input.ts";
import type { ObjectSchema, ValueOf } from "./value-of.ts";

const options = {
  type: "object",
  required: ["pointers", "parameters", "clickIds"],
  additionalProperties: false,
  properties: {
    pointers: pointersOption,
    parameters: {
      description: "Query parameters by the field they fill; the first that is there counts.",
      type: "object",
      propertyNames: { enum: ["source", "medium", "name", "term", "content", "id"] },
      additionalProperties: {
        type: "array",
        minItems: 1,
        items: { type: "string", minLength: 1 },
      },
    },
    clickIds: {
      description: "Query parameters that carry a click id, and the network that sets them.",
      type: "object",
      additionalProperties: { type: "string", minLength: 1 },
    },
  },
} as const satisfies ObjectSchema;

const result = {
  description: "The campaign that led to the page, as the page's address tells it.",
  type: "object",
  properties: {
    source: { description: "`utm_source`.", type: "string", minLength: 1, maxLength: 1024 },
    medium: { description: "`utm_medium`.", type: "string", minLength: 1, maxLength: 1024 },
    name: { description: "`utm_campaign`.", type: "string", minLength: 1, maxLength: 1024 },
    term: { description: "`utm_term`.", type: "string", minLength: 1, maxLength: 1024 },
    content: { description: "`utm_content`.", type: "string", minLength: 1, maxLength: 1024 },
    id: { description: "`utm_id`.", type: "string", minLength: 1, maxLength: 1024 },
    clickIdParameter: {
      description: "Parameter that carries a click id. Not the id: it is of one person's click.",
      type: "string",
      minLength: 1,
    },
    clickNetwork: {
      description: "Network that sets that parameter, e.g. `google-ads`.",
      type: "string",
      minLength: 1,
    },
  },
  additionalProperties: false,
} as const satisfies ObjectSchema;

export type CampaignResult = ValueOf<typeof result>;

/**
 * Options: `pointers` where the address lies; `parameters` which query parameters mean which field, the first wins;
 * `clickIds` parameter → network.
 */
export const campaign = defineEnrichment({
  name: "campaign",
  options,
  result,
  create(options) {
    const parameters = Object.entries(options.parameters);
    const clickIds = Object.entries(options.clickIds);

    function read(address: string): Addition<CampaignResult> | undefined {
      if (!address.includes("?")) return undefined;
      const query = parseWebUrl(address).searchParams;
      const fields: Record<string, string> = {};
      for (const [field, names] of parameters) {
        const value = names.map((name) => query.get(name)).find((text) => text !== null && text !== "");
        if (value !== undefined && value !== null) fields[field] = value.slice(0, MAX_URL_PART_LENGTH).toWellFormed();
      }
      const click = clickIds.find(([name]) => query.has(name));
      if (click !== undefined) [fields["clickIdParameter"], fields["clickNetwork"]] = click;
      return Object.keys(fields).length === 0 ? undefined : createAddition("campaign", fields);
    }

    return { input: textAt(options.pointers), read };
  },
});
