import { routeDocumentSchema } from "../document/route-document-schema.ts";

/** The text of `schemas/routes/route-document.schema.json`. */
export function renderRouteDocumentSchema(): string {
  return `${JSON.stringify(routeDocumentSchema, null, 2)}\n`;
}
