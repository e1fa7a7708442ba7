import type { UserAgentResult } from "./user-agent.ts";

// https://developer.android.com/reference/java/lang/System#getProperties(): `http.agent` of Android's runtime.
const dalvik = /^Dalvik\/\S{1,32} \((?:Linux; )?(?:U; )?Android ([\d.]{1,16})(?:; ([^;()]{1,64}))?/u;
// https://developer.apple.com/documentation/cfnetwork: apps of Apple's systems that set no agent of their own.
const cfNetwork = /\bCFNetwork\/[\d.]{1,16} Darwin\/[\d.]{1,16}/u;
// `MyShop/1.0 (com.example.shop; build:1; iOS 17.5.1) Alamofire/5.9.1`
const alamofire = /; (iOS|tvOS|watchOS|macOS|visionOS) ([\d.]{1,16})\) Alamofire\//u;
/** Clients in apps that say nothing of the device. */
const appLibrary = /^(?:okhttp|ktor-client|Dart)\/|\bReactNative\/|\bExpo\//u;
const tabletModel = /\b(?:tab|pad|tablet)\b|^SM-[TX]\d/iu;

/**
 * System and device of an app that sends with its platform's own HTTP client: not a browser, although it has the form
 * of one.
 *
 * @returns undefined for any other user agent
 */
export function parseAppAgent(text: string): UserAgentResult | undefined {
  const android = dalvik.exec(text);
  if (android !== null) return androidApp(android[1] ?? "", android[2]);
  const apple = alamofire.exec(text);
  if (apple !== null) return appleApp({ name: apple[1] ?? "", version: apple[2] ?? "" });
  if (cfNetwork.test(text)) return appleApp({ name: "iOS" });
  return appLibrary.test(text) ? { device: { type: "app" } } : undefined;
}

/** True if an app sent the event, and no program that crawls. */
export const isAppAgent = (text: string): boolean => parseAppAgent(text) !== undefined;

function androidApp(version: string, device: string | undefined): UserAgentResult {
  const model = device?.split(" Build/", 1)[0]?.trim();
  return {
    os: { name: "Android", version },
    device: {
      type: model !== undefined && tabletModel.test(model) ? "tablet" : "mobile",
      ...(model === undefined || model === "" ? {} : { model }),
    },
  };
}

function appleApp(os: { name: string; version?: string }): UserAgentResult {
  return { os, device: { type: os.name === "macOS" ? "desktop" : "mobile", vendor: "Apple" } };
}
