import type { DeliveredStream } from "@millrace/route-tools";
import type { LanguageName } from "../languages.ts";
import { renderTypeScript } from "./render-typescript.ts";

/** The types of a stream's records in a language, as files by their names. */
export async function renderTypes(
  delivered: DeliveredStream,
  language: LanguageName,
): Promise<ReadonlyMap<string, string>> {
  if (language === "typescript") return new Map([["events.ts", renderTypeScript(delivered)]]);
  // Half a second to load, which the other commands need not wait for.
  const { renderWithQuicktype } = await import("./render-quicktype.ts");
  return renderWithQuicktype(delivered, language);
}
