import knownSites from "../rules/referrers.json" with { type: "json" };
import { BoundedCache, rememberLast } from "./bounded-cache.ts";
import { type Addition, createAddition } from "./addition.ts";
import type { CampaignResult } from "./campaign.ts";
import { defineEnrichment, type EnrichmentInput, parseReferringAddress } from "./definition.ts";
import { pointersOption } from "./option-schemas.ts";
import { createReferrerRules, type ReferrerRule } from "./referrer-rules.ts";
import { textAt } from "./text-input.ts";
import type { ObjectSchema, ValueOf } from "./value-of.ts";

const options = {
  type: "object",
  required: ["pointers", "pagePointers", "mediums"],
  additionalProperties: false,
  properties: {
    pointers: pointersOption,
    pagePointers: pointersOption,
    ownHosts: {
      description: "Hosts of one's own, each with what is below it: visitors from there stay `internal`.",
      type: "array",
      items: { type: "string", pattern: "^[a-z0-9-]+(\\.[a-z0-9-]+)+$" },
    },
    clicks: {
      description:
        "Parameters of click ids, and the channel that one tells when no known medium does. Meta's `fbclid` is on links that nobody paid for as well.",
      type: "object",
      additionalProperties: { type: "string", minLength: 1 },
    },
    mediums: {
      description:
        "Campaign mediums by the channel they mean; `paid` becomes `paid-search` or `paid-social` by the referring site.",
      type: "object",
      additionalProperties: {
        type: "array",
        items: { type: "string", minLength: 1 },
      },
    },
    rules: {
      description: "Known sites; those of rules/referrers.json when left out.",
      type: "array",
      items: {
        type: "object",
        required: ["name", "channel", "hosts"],
        additionalProperties: false,
        properties: {
          name: { type: "string", minLength: 1 },
          channel: { type: "string", minLength: 1 },
          hosts: {
            type: "array",
            minItems: 1,
            items: { type: "string", minLength: 1 },
          },
          path: { type: "string", pattern: "^/" },
        },
      },
    },
  },
} as const satisfies ObjectSchema;

const result = {
  description: "Where the visitor came from.",
  type: "object",
  properties: {
    channel: {
      type: "string",
      minLength: 1,
      description:
        "How the visitor came: `search`, `social`, `email`, `paid-search`, `referral`, `internal`, `direct`, …; the rules and options name them.",
    },
    name: { description: "The referring site when a rule knows it, e.g. `Google`.", type: "string", minLength: 1 },
    host: { description: "Host of the referring address.", type: "string", minLength: 1 },
  },
  required: ["channel"],
  additionalProperties: false,
} as const satisfies ObjectSchema;

export type ReferrerResult = ValueOf<typeof result>;

/**
 * Options: `pointers` to the referring address; `pagePointers` to the page's own, to tell inner links; `ownHosts`
 * further hosts of one's own, with what is below them; `rules` the sites that are known; `mediums` which campaign
 * mediums decide the channel whatever the address; `clicks` the channel that a click id alone tells.
 */
export const referrer = defineEnrichment({
  name: "referrer",
  options,
  result,
  create(options) {
    const addressOf = textAt(options.pointers);
    const pageAddressOf = textAt(options.pagePointers);
    const matchRule = createReferrerRules(options.rules ?? knownSites);
    const channelByMedium = new Map(
      Object.entries(options.mediums).flatMap(([channel, mediums]) =>
        mediums.map((medium) => [medium, channel] as const),
      ),
    );
    const clicks = new Map(Object.entries(options.clicks ?? {}));
    const isOwnHost = createOwnHosts(options.ownHosts ?? []);
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
});

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

/** Returns a test for hosts of a list and hosts below them: `shop.example` also covers `m.shop.example`. */
function createOwnHosts(hosts: readonly string[]): (host: string) => boolean {
  const own = hosts.map((host) => host.toLowerCase());
  return (host) => own.some((each) => host === each || host.endsWith(`.${each}`));
}

/**
 * Returns the channel of a campaign. It goes before the referring address: a click on an advertisement also comes from
 * a search engine.
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
  // Meta puts its id on every link that leaves it, paid or not. A source without a known medium is weaker evidence.
  if (click !== undefined) return click;
  return medium === undefined && campaign.source === undefined ? undefined : (rule?.channel ?? "campaign");
}
