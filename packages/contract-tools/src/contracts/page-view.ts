import * as z from "zod";
import { context } from "./shared/context.ts";

export const pageView = z
  .strictObject({
    context,
    loadTimeMs: z.number().min(0).max(600_000).optional().describe("Navigation start to load event, milliseconds."),
  })
  .meta({ title: "Page view", description: "A visitor opened a page." });
