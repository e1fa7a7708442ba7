import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Readme } from "@millrace/jest-preset/readme";
import { accountAddress, accountUrl, createSqlApi, readOwnLogin, SnowflakeError } from "../../src/index.ts";
import { type SqlApiServer, startSqlApiServer } from "../../src/testing/sql-api-server.ts";

const readme = new Readme(join(import.meta.dirname, "../.."));
const token = "access-token";
let server: SqlApiServer;

beforeAll(async () => {
  server = await startSqlApiServer({
    token,
    query: async (statement, [id]) => {
      if (statement.includes("nowhere")) throw new Error("Object 'NOWHERE' does not exist.");
      return id === "order-1" ? [{ source: "https://shop.example/web" }] : [{ source: null, COUNT: 3 }];
    },
  });
});
afterAll(() => server.close());

const login = () => ({
  ...{ url: server.url, organization: "SHOP", account: "MILLRACE_DEV", user: "ANNA", now: Date.now },
  credential: { token },
});

test("binds values, so that they are no part of the statement", async () => {
  const run = createSqlApi({ ...login(), role: "READER", database: "MILLRACE_DEV", schema: "PIPELINE" });
  const statement = "SELECT source FROM events WHERE id = ?";
  expect(await run(statement, ["order-1"])).toEqual([{ source: "https://shop.example/web" }]);
  expect(server.requests.at(-1)).toEqual({
    ...{ statement, timeout: 20, role: "READER", database: "MILLRACE_DEV", schema: "PIPELINE" },
    bindings: { 1: { type: "TEXT", value: "order-1" } },
  });
});

test("gives every value as a text or null, by the name of its column in lower case", async () => {
  expect(await createSqlApi(login())("SELECT 1")).toEqual([{ source: null, count: "3" }]);
  expect(server.requests.at(-1)).toEqual({ statement: "SELECT 1", timeout: 20 });
});

test("tells what Snowflake refused, and never a value", async () => {
  const refused = createSqlApi(login())("SELECT * FROM nowhere WHERE id = ?", ["visitor-7"]);
  const error = (await refused.catch((thrown: unknown) => thrown)) as SnowflakeError;
  expect(error).toBeInstanceOf(SnowflakeError);
  expect(error).toMatchObject({ code: "SNOWFLAKE_FAILED", snowflakeCode: "001003" });
  expect(error.message).toContain("SELECT * FROM nowhere WHERE id = ?");
  expect(error.message).not.toContain("visitor-7");
  expect(error.reason).toBe("SQL compilation error: Object 'NOWHERE' does not exist.");
});

test("a token of somebody else, and a place that does not answer, are told as what they are", async () => {
  const wrong = createSqlApi({ ...login(), credential: { token: "other" } });
  await expect(wrong("SELECT 1")).rejects.toMatchObject({ snowflakeCode: "394400" });
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const signed = createSqlApi({ ...login(), credential: { privateKey: pem } });
  await expect(signed("SELECT 1")).rejects.toMatchObject({ snowflakeCode: "394400" });
  const away = createSqlApi({ ...login(), url: "http://127.0.0.1:1" });
  await expect(away("SELECT 1")).rejects.toMatchObject({ snowflakeCode: "unreachable" });
});

test("an own login wants a user and a credential; role and warehouse are those of the user unless they are set", () => {
  expect(readOwnLogin({ SNOWFLAKE_USER: "ANNA", SNOWFLAKE_TOKEN: "" })).toBeUndefined();
  expect(readOwnLogin({ SNOWFLAKE_TOKEN: "t" })).toBeUndefined();
  expect(readOwnLogin({ SNOWFLAKE_USER: "ANNA", SNOWFLAKE_PRIVATE_KEY: "k", SNOWFLAKE_WAREHOUSE: "SMALL" })).toEqual({
    ...{ user: "ANNA", credential: { privateKey: "k" }, warehouse: "SMALL" },
  });
});

test("an account's address has hyphens, and SNOWFLAKE_HOST leads elsewhere", () => {
  const account = { organization: "SHOP", account: "MILLRACE_DEV" };
  expect(accountUrl(account)).toBe("https://shop-millrace-dev.snowflakecomputing.com");
  const { url } = accountAddress(account, {
    ...{ SNOWFLAKE_HOST: "127.0.0.1", SNOWFLAKE_PORT: "8085", SNOWFLAKE_PROTOCOL: "http" },
  });
  expect(url).toBe("http://127.0.0.1:8085");
});

test("the example prints what the README says", async () => {
  const [{ code, output } = { code: "", output: "" }] = readme.examples;
  const { hostname, port } = new URL(server.url);
  const variables = {
    ...{ SNOWFLAKE_USER: "ANNA", SNOWFLAKE_TOKEN: token, SNOWFLAKE_PROTOCOL: "http" },
    ...{ SNOWFLAKE_HOST: hostname, SNOWFLAKE_PORT: port },
  };
  expect(await readme.run(code, variables)).toBe(output);
});
