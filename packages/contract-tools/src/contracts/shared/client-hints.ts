import * as z from "zod";

const text = z.string().max(128);
const brands = z
  .array(
    z
      .strictObject({ brand: text.describe("Name, e.g. `Google Chrome`."), version: text.describe("E.g. `131`.") })
      .describe("One name of the browser."),
  )
  .max(16);

/** https://wicg.github.io/ua-client-hints/#dictdef-uadatavalues */
export const clientHints = z
  .strictObject({
    brands: brands.optional().describe("Names of the browser, with the part of its version that does not single out."),
    fullVersionList: brands.optional().describe("The same with whole versions."),
    mobile: z.boolean().optional().describe("Whether the browser asks for pages for a telephone."),
    platform: text.optional().describe("Operating system, e.g. `Windows`."),
    platformVersion: text.optional().describe("Its version; `13.0.0` and above is Windows 11."),
    model: text.optional().describe("Model of the device, e.g. `Pixel 9`; empty where there is none."),
    architecture: text.optional().describe("Architecture of the processor, e.g. `arm`."),
    bitness: text.optional().describe("Its bits, e.g. `64`."),
    wow64: z.boolean().optional().describe("Whether a 32-bit browser runs on a 64-bit Windows."),
    formFactors: z.array(text.describe("One form, e.g. `Tablet`.")).max(8).optional().describe("Forms of the device."),
    uaFullVersion: text.optional().describe("Whole version of the browser, of before `fullVersionList`."),
  })
  .describe("Client hints, as `navigator.userAgentData.getHighEntropyValues()` gives them.");
