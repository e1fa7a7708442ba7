import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { SecretsManager, type SecretsManagerServer, startSecretsManagerServer } from "@millrace/aws-simulator";
import { Readme } from "@millrace/jest-preset/readme";

const readme = new Readme(join(import.meta.dirname, "../.."));
let server: SecretsManagerServer;

beforeAll(async () => {
  const secrets = new SecretsManager();
  secrets.createSecret({ name: "shop/keys", text: '["first"]' });
  server = await startSecretsManagerServer(secrets);
});
afterAll(() => server.close());

test("the example prints what the README says", async () => {
  const [{ code, output } = { code: "", output: "" }] = readme.examples;
  const variables = {
    AWS_ACCESS_KEY_ID: "k",
    AWS_SECRET_ACCESS_KEY: "s",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url,
  };
  expect(await readme.run(code, variables)).toBe(output);
});
