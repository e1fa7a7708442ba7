import type { Enrichment } from "@millrace/event-contracts";
import { maxUrlPartLength } from "../limits.ts";
import { type Addition, createAddition } from "./addition.ts";
import { type EnrichmentDefinition, parseWebUrl } from "./enrichment.ts";
import { textAt } from "./text-input.ts";

/** What the page's address says about the campaign that led to it. */
export type CampaignResult = NonNullable<Enrichment["campaign"]>;

type CampaignField = "source" | "medium" | "name" | "term" | "content" | "id";

/**
 * Options: `pointers` where the address lies; `parameters` which query parameters mean which field, the first wins;
 * `clickIds` parameter → network.
 */
export const campaign: EnrichmentDefinition = {
  name: "campaign",
  create(options) {
    const parameters = Object.entries(options["parameters"] as Record<CampaignField, string[]>);
    const clickIds = Object.entries(options["clickIds"] as Record<string, string>);

    function read(address: string): Addition<CampaignResult> | undefined {
      if (!address.includes("?")) return undefined;
      const query = parseWebUrl(address).searchParams;
      const fields: Record<string, string> = {};
      for (const [field, names] of parameters) {
        const value = names.map((name) => query.get(name)).find((text) => text !== null && text !== "");
        if (value !== undefined && value !== null) fields[field] = value.slice(0, maxUrlPartLength).toWellFormed();
      }
      const click = clickIds.find(([name]) => query.has(name));
      if (click !== undefined) [fields["clickIdParameter"], fields["clickNetwork"]] = click;
      return Object.keys(fields).length === 0 ? undefined : createAddition("campaign", fields);
    }

    return { input: textAt(options["pointers"] as string[]), read };
  },
};
