import { rememberLast } from "../bounded-cache.ts";
import { type Addition, createAddition } from "./addition.ts";
import type { CampaignResult } from "./campaign.ts";
import { createTextLookup, type EnrichmentDefinition, parseWebUrl } from "./enrichment.ts";
import { createReferrerRules, type ReferrerRule } from "./referrer-rules.ts";

/** Where the visitor came from. */
export interface ReferrerResult {
  /** `paid-search`, `search`, `paid-social`, `social`, `email`, `display`, `affiliate`, `video`, `shopping`, `ai`, `campaign`, `internal`, `referral`, `direct`. */
  readonly channel: string;
  /** The referring site when a rule knows it, e.g. `Google`. */
  readonly name?: string;
  readonly host?: string;
}

/**
 * Options: `pointers` to the referring address; `pagePointers` to the page's own, to tell inner links; `rules` the sites that are known; `mediums`
 * which campaign mediums decide the channel whatever the address.
 */
export const referrer: EnrichmentDefinition = {
  name: "referrer",
  create(options, { caches }) {
    const lookUp = createTextLookup(options["pointers"] as string[]);
    const lookUpPage = createTextLookup(options["pagePointers"] as string[]);
    const matchRule = createReferrerRules(options["rules"] as ReferrerRule[]);
    const channelByMedium = new Map(
      Object.entries(options["mediums"] as Record<string, string[]>).flatMap(([channel, mediums]) =>
        mediums.map((medium) => [medium, channel] as const),
      ),
    );
    const siteOf = rememberLast(caches.urls.remember(readSite));
    const pageOf = caches.urls.remember((address) => ({ host: URL.parse(address)?.hostname }));
    const noSite: Site = { host: undefined, rule: undefined, additions: new Map() };

    function readSite(address: string): Site {
      const { hostname, pathname } = parseWebUrl(address);
      return { host: hostname, rule: matchRule(hostname, pathname), additions: new Map() };
    }

    return (input) => {
      const { event } = input;
      // The page first: other enrichments have just asked for its address.
      const pageAddress = lookUpPage(event);
      const pageHost = pageAddress === undefined ? undefined : pageOf(pageAddress).host;
      const address = lookUp(event);
      const site = address === undefined ? noSite : siteOf(address);
      const isInternal = site.host !== undefined && site.host === pageHost;
      const channel =
        channelOfCampaign(input.resultOf("campaign"), site.rule, channelByMedium) ??
        (isInternal ? "internal" : (site.rule?.channel ?? (site.host === undefined ? "direct" : "referral")));
      return additionOf(site, channel, isInternal);
    };
  },
};

/** A referring site, and what was already said of it by channel. */
interface Site {
  readonly host: string | undefined;
  readonly rule: ReferrerRule | undefined;
  readonly additions: Map<string, Addition<ReferrerResult>>;
}

function additionOf({ host, rule, additions }: Site, channel: string, isInternal: boolean): Addition<ReferrerResult> {
  const key = isInternal ? `${channel}, internal` : channel;
  let addition = additions.get(key);
  if (addition === undefined) {
    addition = createAddition("referrer", {
      channel,
      ...(rule === undefined || isInternal ? {} : { name: rule.name }),
      ...(host === undefined ? {} : { host }),
    });
    additions.set(key, addition);
  }
  return addition;
}

/** A campaign says more than the address it led through: a click on an advertisement comes from a search engine as well. */
function channelOfCampaign(
  campaign: CampaignResult | undefined,
  rule: ReferrerRule | undefined,
  channelByMedium: ReadonlyMap<string, string>,
): string | undefined {
  if (campaign === undefined) return undefined;
  const medium = campaign.medium?.toLowerCase();
  const channel = medium === undefined ? undefined : channelByMedium.get(medium);
  const isPaid = channel === "paid" || (channel === undefined && campaign.clickNetwork !== undefined);
  if (isPaid) {
    if (rule?.channel === "social" || rule?.channel === "search") return `paid-${rule.channel}`;
    return channel === "paid" || rule === undefined ? "paid" : undefined;
  }
  return channel ?? (medium === undefined && campaign.source === undefined ? undefined : (rule?.channel ?? "campaign"));
}
