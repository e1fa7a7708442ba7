import type { UserAgentResult } from "./user-agent.ts";

/** User-agent client hints. https://wicg.github.io/ua-client-hints/ */
export interface ClientHints {
  readonly brands: readonly Brand[];
  readonly isMobile: boolean | undefined;
  readonly platform: string | undefined;
  readonly platformVersion: string | undefined;
  readonly model: string | undefined;
  readonly formFactors: readonly string[];
}

interface Brand {
  readonly brand: string;
  readonly version: string;
}

/**
 * Reads hints in both forms that events bring: JSON of `getHighEntropyValues()`, and the headers as a query. Members of
 * another type are passed over.
 */
export function readClientHints(text: string): ClientHints {
  if (!text.startsWith("{")) return readHeaders(text);
  try {
    return readValues(JSON.parse(text) as Record<string, unknown>);
  } catch {
    // An attribute that only begins like JSON: somebody else than ingest wrote it.
    return readValues({});
  }
}

function readValues(values: Record<string, unknown>): ClientHints {
  const full = readBrands(values["fullVersionList"]);
  return {
    brands: full.length > 0 ? full : readBrands(values["brands"]),
    isMobile: typeof values["mobile"] === "boolean" ? values["mobile"] : undefined,
    platform: filled(values["platform"]),
    platformVersion: filled(values["platformVersion"]),
    model: filled(values["model"]),
    formFactors: textsOf(values["formFactors"]),
  };
}

function readBrands(value: unknown): readonly Brand[] {
  return (Array.isArray(value) ? (value as unknown[]) : []).flatMap((each) => {
    const { brand, version } = (each ?? {}) as Record<string, unknown>;
    return typeof brand === "string" && typeof version === "string" ? [{ brand, version }] : [];
  });
}

// https://www.rfc-editor.org/rfc/rfc8941#section-3.3.3: a text in quotes. One that does not end is taken to the end of
// the header, or each of its quotes would be looked at as a beginning.
const quoted = /"((?:[^"\\]|\\[^])*)(?:(")|\\?$)/gu;
const escaped = /\\([^])/gu;

function readHeaders(query: string): ClientHints {
  const headers = new URLSearchParams(query);
  const texts = (name: string): string[] =>
    Array.from((headers.get(name) ?? "").matchAll(quoted)).flatMap(([, text = "", end]) =>
      end === undefined ? [] : [text.replaceAll(escaped, "$1")],
    );
  // `"Google Chrome";v="131", "Chromium";v="131"`: names and versions in turn.
  const brands = (name: string): Brand[] => {
    const all = texts(name);
    return all.flatMap((brand, at) => (at % 2 === 0 ? [{ brand, version: all[at + 1] ?? "" }] : []));
  };
  const full = brands("fullversions");
  const mobile = headers.get("mobile");
  return {
    brands: full.length > 0 ? full : brands("ua"),
    isMobile: mobile === "?1" ? true : mobile === "?0" ? false : undefined,
    platform: filled(texts("platform")[0]),
    platformVersion: filled(texts("platformversion")[0]),
    model: filled(texts("model")[0]),
    formFactors: texts("formfactors"),
  };
}

/** Names that hints give to browsers, and that the `User-Agent` is read as. */
const browserNames: Readonly<Record<string, string>> = {
  "Google Chrome": "Chrome",
  YaBrowser: "Yandex Browser",
  "Samsung Internet": "Samsung Internet for Android",
};
const osNames: Readonly<Record<string, string>> = { "Chromium OS": "Chrome OS" };

/** An invented brand, sent so that programs do not rely on the list: `Not)A;Brand`. */
const madeUp = /^\W*not\W/iu;

/** Versions that browsers have frozen in their `User-Agent`. https://www.chromium.org/updates/ua-reduction/ */
const frozenVersions: Readonly<Record<string, string>> = { Android: "10", macOS: "10.15.7" };

/** Replaces values from the `User-Agent` by those of the hints. */
export function withClientHints(parsed: UserAgentResult, hints: ClientHints): UserAgentResult {
  const browser = browserOf(hints.brands) ?? parsed.browser;
  const os = osOf(parsed.os, hints) ?? parsed.os;
  const device = deviceOf(parsed.device, hints);
  const isTold = browser !== parsed.browser || os !== parsed.os || device !== parsed.device;
  return {
    ...(browser === undefined ? {} : { browser }),
    ...(os === undefined ? {} : { os }),
    ...(device === undefined ? {} : { device }),
    ...(isTold ? { basis: "client-hints" as const } : {}),
  };
}

function browserOf(brands: readonly Brand[]): UserAgentResult["browser"] {
  const real = brands.filter(({ brand }) => brand !== "" && !madeUp.test(brand));
  const named = real.find(({ brand }) => brand !== "Chromium") ?? real[0];
  return named === undefined ? undefined : nameAndVersion(browserNames[named.brand] ?? named.brand, named.version);
}

function osOf(parsed: UserAgentResult["os"], { platform, platformVersion }: ClientHints): UserAgentResult["os"] {
  if (platform === undefined || platform === "Unknown") return undefined;
  const name = osNames[platform] ?? platform;
  if (platformVersion !== undefined) {
    return nameAndVersion(name, name === "Windows" ? windowsVersion(platformVersion) : platformVersion);
  }
  if (parsed?.name !== name) return { name };
  return parsed.version === frozenVersions[name] ? { name } : parsed;
}

/** https://learn.microsoft.com/en-us/microsoft-edge/web-platform/how-to-detect-win11 */
function windowsVersion(platformVersion: string): string {
  const major = Number.parseInt(platformVersion, 10);
  if (major >= 13) return "11";
  return major >= 1 ? "10" : platformVersion;
}

function deviceOf(parsed: UserAgentResult["device"], hints: ClientHints): UserAgentResult["device"] {
  const type = deviceType(hints);
  if (type === undefined && hints.model === undefined) return parsed;
  return {
    ...parsed,
    ...(type === undefined ? {} : { type }),
    ...(hints.model === undefined ? {} : { model: hints.model }),
  };
}

function deviceType({ formFactors, isMobile, platform }: ClientHints): string | undefined {
  if (formFactors.includes("Tablet")) return "tablet";
  if (isMobile === undefined) return undefined;
  if (isMobile) return "mobile";
  return platform === "Android" ? "tablet" : "desktop";
}

function nameAndVersion(name: string, version: string): { name: string; version?: string } {
  return version === "" ? { name } : { name, version };
}

function filled(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}
