import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Verdict } from "../environment.ts";
import { ReplayUsageError } from "../errors.ts";

type Preview = (line: string) => { readonly enriched: string } | { readonly failure: { readonly kind: string } };

const folder = join(import.meta.dirname, "../../../../apps/ingest/dist/preview");

/**
 * Verdicts on raw events by the enrichment of this checkout, as it was built last.
 * @throws ReplayUsageError when it has not been built
 */
export async function loadVerdicts(stage: string): Promise<(text: string) => Verdict> {
  const file = join(folder, "enrichment.mjs");
  if (!existsSync(file)) {
    throw new ReplayUsageError(`Enrichment has not been built: run "pnpm build", so that events can be validated.`);
  }
  const { createPreview } = (await import(pathToFileURL(file).href)) as {
    readonly createPreview: (stage: string, folder: string) => Preview;
  };
  const preview = createPreview(stage, folder);
  return (text) => {
    const previewed = preview(text);
    if (!("enriched" in previewed)) return "bad-row";
    const { validation } = JSON.parse(previewed.enriched) as { validation: { status: Verdict } };
    return validation.status;
  };
}
