import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Validator } from "@seriousme/openapi-schema-validator";
import { type ProblemCode, problems, problemType } from "../../src/problems.ts";
import { type OpenApi, readOpenApi } from "../support/openapi.ts";
import { anEvent, post, startTestService, type TestService } from "../support/test-service.ts";

let service: TestService;
let openApi: OpenApi;

beforeAll(async () => {
  service = await startTestService();
  openApi = await readOpenApi(service);
});
afterAll(() => service.close());

const contentTypeOf = (headers: Headers) => headers.get("content-type") ?? "";

describe("the OpenAPI document", () => {
  test("is valid for a validator of others, which follows its references", async () => {
    const validator = new Validator();
    expect(await validator.validate(structuredClone(openApi.document))).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
    expect(() => validator.resolveRefs()).not.toThrow();
    const broken = {
      ...structuredClone(openApi.document),
      paths: { "/v1/events": { post: { responses: { 202: {} } } } },
    };
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false });
  });

  test("describes the answers that the service gives", async () => {
    const accepted = await post(service, JSON.stringify([anEvent(), anEvent({ id: 7 })]));
    const accept = { ...accepted, contentType: contentTypeOf(accepted.headers) };
    expect([accept.status, openApi.faultsOfAnswer("/v1/events", accept)]).toEqual([202, []]);
    service.stream.decide = () => "throttled";
    const unconfirmed = await post(service, JSON.stringify(anEvent()));
    service.stream.decide = () => "delivered";
    const unconfirm = { ...unconfirmed, contentType: contentTypeOf(unconfirmed.headers) };
    expect([unconfirm.status, openApi.faultsOfAnswer("/v1/events", unconfirm)]).toEqual([503, []]);
    // `problems.test.ts` holds the answer of every problem against the document, `validate.test.ts` those of dry runs.
  });

  test("describes the events that the service takes, and refuses those that it refuses", async () => {
    const events = [anEvent(), anEvent({ ext: true }), anEvent({ type: undefined }), anEvent({ specversion: "0.3" })];
    for (const event of events) {
      const text = JSON.stringify(event);
      const { status } = await post(service, text);
      expect(openApi.faultsOf("Event", JSON.parse(text)).length === 0).toBe(status === 202);
    }
  });

  test("lists every status that a problem has", () => {
    const paths = openApi.document["paths"] as Record<string, { post: { responses: object } }>;
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
