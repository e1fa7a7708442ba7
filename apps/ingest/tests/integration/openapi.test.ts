import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type ProblemCode, problems, problemType } from "../../src/problems.ts";
import { anEvent, post, startTestService, type TestService } from "../support/test-service.ts";

let service: TestService;
let document: Record<string, unknown>;
const ajv = new Ajv2020({ strict: false, formats: { "uri-reference": true, uri: true, "date-time": true } });

beforeAll(async () => {
  service = await startTestService();
  document = (await (await fetch(`${service.url}/v1/openapi.json`)).json()) as Record<string, unknown>;
  ajv.addSchema(document, "openapi");
});
afterAll(() => service.close());

const faultsOf = (schema: string, value: unknown) => {
  const validate = ajv.getSchema(`openapi#/components/schemas/${schema}`);
  return validate?.(value) === true ? [] : (validate?.errors ?? ["no such schema"]);
};

describe("the OpenAPI document", () => {
  test("is one of version 3.1, whose references all lead to a schema", () => {
    expect(document).toMatchObject({
      openapi: "3.1.1",
      info: { title: expect.any(String), version: expect.any(String) },
    });
    const references = Array.from(
      JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g),
      ([, pointer = ""]) => pointer,
    );
    expect(references.length).toBeGreaterThan(10);
    for (const pointer of references) expect(ajv.getSchema(`openapi#${pointer}`)).toBeInstanceOf(Function);
  });

  test("describes the answers that the service gives", async () => {
    const accepted = await post(service, JSON.stringify([anEvent(), anEvent({ id: 7 })]));
    expect([accepted.status, faultsOf("Accepted", accepted.json)]).toEqual([202, []]);
    service.stream.decide = () => "throttled";
    const unconfirmed = await post(service, JSON.stringify(anEvent()));
    service.stream.decide = () => "delivered";
    expect([unconfirmed.status, faultsOf("Problem", unconfirmed.json)]).toEqual([503, []]);
    for (const body of ["{", "[]", "[1]", JSON.stringify(anEvent({ tenantid: "x" }))]) {
      const { json: problem } = await post(service, body);
      expect(faultsOf("Problem", problem)).toEqual([]);
    }
  });

  test("describes the events that the service takes, and refuses those that it refuses", async () => {
    const events = [anEvent(), anEvent({ ext: true }), anEvent({ type: undefined }), anEvent({ specversion: "0.3" })];
    for (const event of events) {
      const text = JSON.stringify(event);
      const { status } = await post(service, text);
      expect(faultsOf("Event", JSON.parse(text)).length === 0).toBe(status === 202);
    }
  });

  test("lists every status that a problem has", () => {
    const paths = document["paths"] as Record<string, { post: { responses: object } }>;
    const documented = (path: string) => Object.keys(paths[path]?.post.responses ?? {}).sort();
    const statuses = new Set(Object.values(problems).map(({ status }) => String(status)));
    expect(documented("/v1/validate")).toEqual(["200", ...statuses].sort());
    statuses.delete("501");
    expect(documented("/v1/events")).toEqual(["202", ...statuses].sort());
  });
});

describe("the page behind a problem", () => {
  test("is there for each, says its status and what to do", async () => {
    for (const code of Object.keys(problems) as ProblemCode[]) {
      const response = await fetch(service.url + problemType(code));
      const page = await response.text();
      expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
      expect(page).toMatch(new RegExp(`<h1>${code}</h1>.*Status ${problems[code].status}\\. What to do: [A-Z\`<]`));
    }
    expect(await (await fetch(`${service.url}/v1/problems`)).text()).toContain("key-over-share");
  });

  test.each(["/v1/problems/other", "/v1/problems/toString"])("%s is not found", async (path) => {
    const response = await fetch(service.url + path);
    expect([response.status, response.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
  });
});
