/** Keys that rotate under the running pipeline, without a restart. Needs `pnpm synth` before. */
import { afterEach, expect, test } from "@jest/globals";
import { hash } from "node:crypto";
import { controlUrl, killPipelines, queryWarehouse, runPipeline, type Stack, waitFor } from "./run-pipeline.ts";

afterEach(killPipelines);

interface Settings {
  readonly environment: { readonly variables: Record<string, string> };
}

/** Sets keys to be read every second; the stack leaves the interval at its default. */
function readKeysEverySecond(stack: Stack): void {
  const enrichment = stack.resource["aws_lambda_function"]?.["enrichment"] as unknown as Settings;
  enrichment.environment.variables["PRIVACY_KEYS_REFRESH_SECONDS"] = "1";
  const deployment = JSON.stringify(stack.resource["kubernetes_deployment_v1"]);
  const variable = '{"name":"WRITE_KEYS_REFRESH_SECONDS","value":"1"},{"name":"STAGE"';
  stack.resource["kubernetes_deployment_v1"] = JSON.parse(
    deployment.replace('{"name":"STAGE"', variable),
  ) as object as Stack["resource"][string];
}

async function putSecret(url: string, secretId: string, value: unknown): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "x-amz-target": "secretsmanager.PutSecretValue",
      authorization: "AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=0",
    },
    body: JSON.stringify({ SecretId: secretId, SecretString: JSON.stringify(value) }),
  });
  if (!response.ok) throw new Error(await response.text());
}

test("a privacy key and a write key that rotate are in force at once, and events of both times have their own", async () => {
  const run = runPipeline(["--rate", "0"], readKeysEverySecond);
  const control = await controlUrl(run);
  const [, events = "", oldKey = "", secrets = ""] = await waitFor(
    run,
    "the greeting",
    async () => /Events\s+(\S+)[^]*Write key (\S+)[^]*Secrets\s+(http:\S+)/.exec(run.output()) ?? undefined,
  );
  let sent = 0;
  const send = async (key: string): Promise<{ id: string; status: number }> => {
    const id = `rotation-${++sent}`;
    const event = {
      specversion: "1.0",
      id,
      source: "https://shop.example/web",
      type: "search.click",
      subject: "ada@mail.example",
      data: {
        queryId: "q",
        query: "tent",
        productId: "p",
        rank: 1,
        context: { pageUrl: "https://shop.example/", sessionId: "s", visitorId: "v" },
      },
    };
    const response = await fetch(events, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(event),
    });
    await response.body?.cancel();
    return { id, status: response.status };
  };
  /** Id of the key that masked the subject of an event. */
  const maskedWith = (id: string) =>
    waitFor(run, `event ${id} in the warehouse`, async () => {
      const [row] = await queryWarehouse(control, `SELECT subject FROM events WHERE id = '${id}'`);
      return typeof row?.["subject"] === "string" ? row["subject"].split(".")[0] : undefined;
    });

  const before = await send(oldKey);
  expect(await maskedWith(before.id)).toBe("local-1");

  const newKey = "mrw_another_local_key";
  const privacyKeys = [
    { id: "local-2", key: Buffer.alloc(32, 2).toString("base64") },
    { id: "local-1", key: Buffer.from("millrace-local-development-only!").toString("base64") },
  ];
  const writeKey = {
    name: "another",
    sha256: hash("sha256", newKey),
    tenantId: "local",
    sources: ["https://shop.example/*"],
  };
  await putSecret(secrets, "millrace/local/privacy-keys", privacyKeys);
  await putSecret(secrets, "millrace/local/write-keys", [writeKey]);
  await waitFor(run, "the end of the old write key", async () =>
    (await send(oldKey)).status === 401 ? true : undefined,
  );
  await waitFor(run, "an event under the new privacy key", async () => {
    const { id, status } = await send(newKey);
    expect(status).toBe(202);
    return (await maskedWith(id)) === "local-2" ? true : undefined;
  });

  run.child.kill("SIGINT");
  expect(await run.ended).toMatchObject({ code: 0, output: expect.stringContaining("Drained") });
}, 180_000);
