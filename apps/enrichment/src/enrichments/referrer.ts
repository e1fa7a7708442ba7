import type { Enrichment } from "@millrace/event-contracts";
import { BoundedCache, rememberLast } from "../bounded-cache.ts";
import { type Addition, createAddition } from "./addition.ts";
import type { CampaignResult } from "./campaign.ts";
import { type EnrichmentDefinition, type EnrichmentInput, parseReferringAddress } from "./enrichment.ts";
import { createReferrerRules, type ReferrerRule } from "./referrer-rules.ts";
import { textAt } from "./text-input.ts";

/** Where the visitor came from. */
export type ReferrerResult = NonNullable<Enrichment["referrer"]>;

/**
 * Options: `pointers` to the referring address; `pagePointers` to the page's own, to tell inner links; `ownHosts`
 * further hosts of one's own, with what is below them; `rules` the sites that are known; `mediums` which campaign
 * mediums decide the channel whatever the address; `clicks` the channel that a click id alone tells.
 */
export const referrer: EnrichmentDefinition = {
  name: "referrer",
  create(options) {
    const addressOf = textAt(options["pointers"] as string[]);
    const pageAddressOf = textAt(options["pagePointers"] as string[]);
    const matchRule = createReferrerRules(options["rules"] as ReferrerRule[]);
    const channelByMedium = new Map(
      Object.entries(options["mediums"] as Record<string, string[]>).flatMap(([channel, mediums]) =>
        mediums.map((medium) => [medium, channel] as const),
      ),
    );
    const clicks = new Map(Object.entries((options["clicks"] as Record<string, string> | undefined) ?? {}));
    const isOwnHost = createOwnHosts((options["ownHosts"] as string[] | undefined) ?? []);
    const sites = new BoundedCache<Site>();
    const siteOf = rememberLast((address) => sites.getOrCreate(address, readSite));
    const pages = new BoundedCache<{ host: string | undefined }>();
    const readPage = (address: string) => ({ host: URL.parse(address)?.hostname });
    const noSite = createSite(undefined, undefined);

    function readSite(address: string): Site {
      const { hostname, pathname } = parseReferringAddress(address);
      return createSite(hostname, matchRule(hostname, pathname), isOwnHost(hostname));
    }

    const enrich = (input: EnrichmentInput) => {
      const { event, clientIp } = input;
      const address = addressOf(event, clientIp);
      const site = address === undefined ? noSite : siteOf(address);
      const pageAddress = site.host === undefined ? undefined : pageAddressOf(event, clientIp);
      const isInternal =
        site.isOwn || (pageAddress !== undefined && site.host === pages.getOrCreate(pageAddress, readPage).host);
      const channel = channelOfCampaign(input.resultOf("campaign"), site.rule, channelByMedium, clicks);
      if (channel === undefined) return isInternal ? site.internal : site.external;
      return additionOf(site, channel, isInternal);
    };
    return { enrich };
  },
};

/** A referring site, and what is said of it. */
interface Site {
  readonly host: string | undefined;
  readonly rule: ReferrerRule | undefined;
  readonly isOwn: boolean;
  /** When the page is of the same site. */
  readonly internal: Addition<ReferrerResult>;
  readonly external: Addition<ReferrerResult>;
  /** By the channel that a campaign decided. */
  readonly byCampaign: Map<string, Addition<ReferrerResult>>;
}

function createSite(host: string | undefined, rule: ReferrerRule | undefined, isOwn = false): Site {
  return {
    host,
    rule,
    isOwn,
    internal: createReferrer(host, undefined, "internal"),
    external: createReferrer(host, rule, rule?.channel ?? (host === undefined ? "direct" : "referral")),
    byCampaign: new Map(),
  };
}

function additionOf({ host, rule, byCampaign }: Site, channel: string, isInternal: boolean): Addition<ReferrerResult> {
  const key = isInternal ? `${channel}, internal` : channel;
  const addition = byCampaign.get(key) ?? createReferrer(host, isInternal ? undefined : rule, channel);
  byCampaign.set(key, addition);
  return addition;
}

function createReferrer(
  host: string | undefined,
  rule: ReferrerRule | undefined,
  channel: string,
): Addition<ReferrerResult> {
  return createAddition("referrer", {
    channel,
    ...(rule === undefined ? {} : { name: rule.name }),
    ...(host === undefined ? {} : { host }),
  });
}

/** Whether a host is one of a list, or below one: `shop.example` stands for `m.shop.example` as well. */
function createOwnHosts(hosts: readonly string[]): (host: string) => boolean {
  const own = hosts.map((host) => host.toLowerCase());
  return (host) => own.some((each) => host === each || host.endsWith(`.${each}`));
}

/**
 * A campaign says more than the address it led through: a click on an advertisement comes from a search engine as well.
 */
function channelOfCampaign(
  campaign: CampaignResult | undefined,
  rule: ReferrerRule | undefined,
  channelByMedium: ReadonlyMap<string, string>,
  clicks: ReadonlyMap<string, string>,
): string | undefined {
  if (campaign === undefined) return undefined;
  const medium = campaign.medium?.toLowerCase();
  const channel = medium === undefined ? undefined : channelByMedium.get(medium);
  const click = campaign.clickIdParameter === undefined ? undefined : clicks.get(campaign.clickIdParameter);
  if (channel === "paid") {
    const site = rule?.channel ?? click?.replace(/^paid-/u, "");
    return site === "social" || site === "search" ? `paid-${site}` : "paid";
  }
  if (channel !== undefined) return channel;
  // Meta puts its id on every link that leaves it, paid or not; a source without a known medium says less than that.
  if (click !== undefined) return click;
  return medium === undefined && campaign.source === undefined ? undefined : (rule?.channel ?? "campaign");
}
