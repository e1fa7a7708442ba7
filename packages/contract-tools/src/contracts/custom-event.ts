import * as z from "zod";
import { context } from "./shared/context.ts";

export const customEvent = z
  .strictObject({
    context: context.optional(),
    name: z
      .string()
      .max(128)
      .regex(/^[A-Za-z][A-Za-z0-9_.-]*$/)
      .describe("Name the source chose."),
    properties: z
      .looseObject({})
      .describe("Anything; open on purpose, and therefore scanned for sensitive values.")
      .meta({ "x-privacy": { class: "free-text", action: "scan" } }),
  })
  .meta({ title: "Custom event", description: "What has no contract of its own yet." });
