import * as z from "zod";

/** People paste anything into a search box. */
export const queryText = z
  .string()
  .max(2048)
  .meta({ "x-privacy": { class: "free-text", action: "scan" } });
