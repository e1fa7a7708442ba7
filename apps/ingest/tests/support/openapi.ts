import { Ajv2020 } from "ajv/dist/2020.js";
import type { TestService } from "./test-service.ts";

/** The served OpenAPI document, and what an answer has that it does not describe. */
export interface OpenApi {
  readonly document: Readonly<Record<string, unknown>>;
  /** Faults of a value against one of the document's own schemas. */
  faultsOf(schema: string, value: unknown): readonly unknown[];
  /** Faults of an answer of `POST <path>`: its status, its type, its body. */
  faultsOfAnswer(path: string, answer: { status: number; contentType: string; json: unknown }): readonly unknown[];
}

type Responses = Record<string, { content: Record<string, { schema: { $ref: string } }> }>;

/** Reads the document of a service. */
export async function readOpenApi(service: Pick<TestService, "url">): Promise<OpenApi> {
  const document = (await (await fetch(`${service.url}/v1/openapi.json`)).json()) as Record<string, unknown>;
  const ajv = new Ajv2020({ strict: false, formats: { "uri-reference": true, uri: true, "date-time": true } });
  ajv.addSchema(document, "openapi");
  const faultsAt = (reference: string, value: unknown) => {
    const validate = ajv.getSchema(`openapi${reference}`);
    return validate?.(value) === true ? [] : (validate?.errors ?? [`no schema ${reference}`]);
  };
  const paths = document["paths"] as Record<string, { post: { responses: Responses } }>;
  return {
    document,
    faultsOf: (schema, value) => faultsAt(`#/components/schemas/${schema}`, value),
    faultsOfAnswer: (path, { status, contentType, json }) => {
      const content = paths[path]?.post.responses[String(status)]?.content[contentType];
      return content === undefined ? [`no ${contentType} of ${status}`] : faultsAt(content.schema.$ref, json);
    },
  };
}
