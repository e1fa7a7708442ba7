/** The foreign protocols, by the names that keys switch them on with. */
export const adapterNames = [
  "segment",
  "rudderstack",
  "snowplow",
  "posthog",
  "otlp",
  "github",
  "stripe",
  "event-grid",
] as const;

export type AdapterName = (typeof adapterNames)[number];

/** How a key uses one protocol. */
export interface AdapterSettings {
  /** `source` of every event. */
  readonly source: string;
  /** Snowplow: the app ids (`aid`) that name this key; `*` is every one that no other key names. */
  readonly appIds?: readonly string[] | undefined;
  /** Webhooks: secrets that sign; more than one while a secret is rotated. */
  readonly secrets?: readonly string[] | undefined;
  /** Stripe: the longest time between signing and receipt. Default 300. */
  readonly toleranceSeconds?: number | undefined;
}

/** Settings as they stand in the document of the write keys. */
export type AdapterSettingsDocument = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Settings of a key, by adapter. */
export type AdapterSettingsByName = Readonly<Partial<Record<AdapterName, AdapterSettings>>>;

type Check = (value: unknown) => string | undefined;

const checkSource: Check = (value) =>
  typeof value === "string" && value !== "" ? undefined : "Expected a string that is not empty";

const checkTexts: Check = (value) =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string" && item !== "")
    ? undefined
    : "Expected an array of strings that are not empty";

const checkSeconds: Check = (value) =>
  typeof value === "number" && value > 0 && value <= 86_400 ? undefined : "Expected seconds, at most 86,400";

const webhook = { source: checkSource, secrets: checkTexts } as const;

/** The settings that each adapter takes. */
const checksOf: Readonly<Record<AdapterName, Readonly<Record<string, Check>>>> = {
  segment: { source: checkSource },
  rudderstack: { source: checkSource },
  snowplow: { source: checkSource, appIds: checkTexts },
  posthog: { source: checkSource },
  otlp: { source: checkSource },
  github: webhook,
  stripe: { ...webhook, toleranceSeconds: checkSeconds },
  "event-grid": { source: checkSource },
};

/** Settings without which an adapter lets no request in. */
const requiredOf: Readonly<Partial<Record<AdapterName, string>>> = {
  snowplow: "appIds",
  github: "secrets",
  stripe: "secrets",
};

/**
 * Checks the settings of a key; gives every fault, and never quotes a value, because some are secrets.
 *
 * @example
 * ```ts
 * findSettingsFaults({ segmnet: {} }) // [{ path: ["segmnet"], message: "Expected one of segment, …" }]
 * ```
 */
export function findSettingsFaults(document: AdapterSettingsDocument): { path: string[]; message: string }[] {
  return Object.entries(document).flatMap(([name, settings]) => {
    if (!isAdapterName(name)) return [{ path: [name], message: `Expected one of ${adapterNames.join(", ")}` }];
    const checks = checksOf[name];
    const faults = Object.entries(settings).flatMap(([member, value]) => {
      const message = Object.hasOwn(checks, member)
        ? checks[member]?.(value)
        : `Expected one of ${Object.keys(checks).join(", ")}`;
      return message === undefined ? [] : [{ path: [name, member], message }];
    });
    const required = requiredOf[name];
    if (required !== undefined && settings[required] === undefined) {
      faults.push({ path: [name, required], message: "is missing" });
    }
    return faults;
  });
}

function isAdapterName(name: string): name is AdapterName {
  return (adapterNames as readonly string[]).includes(name);
}

/**
 * The settings of a key whose document has no fault. `source` is by default the first source of the key with the
 * adapter's name in the place of each `*`.
 *
 * @example
 * ```ts
 * resolveSettings({ segment: {} }, ["https://shop.example/*"]).segment?.source // "https://shop.example/segment"
 * ```
 */
export function resolveSettings(document: AdapterSettingsDocument, sources: readonly string[]): AdapterSettingsByName {
  const [pattern = "*"] = sources;
  return Object.fromEntries(
    Object.entries(document).map(([name, settings]) => [name, { source: pattern.replaceAll("*", name), ...settings }]),
  );
}
