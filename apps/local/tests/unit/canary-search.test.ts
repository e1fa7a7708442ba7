import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { Canaries } from "../integration/leak/canaries.ts";
import { CanarySearch } from "../integration/leak/canary-search.ts";

const canaries = new Canaries();
const email = canaries.email("e-mail");
const name = canaries.text("name");
const card = canaries.card("card");
const iban = canaries.iban("IBAN");
const secret = canaries.secret("secret");
const search = new CanarySearch(canaries.all);
const find = (content: string | Uint8Array) => [...search.find(Buffer.from(content))].sort();

const base64 = (text: string, encoding: "base64" | "base64url" = "base64") => Buffer.from(text).toString(encoding);
const percent = (text: string) => Array.from(Buffer.from(text), (byte) => `%${byte.toString(16)}`).join("");

describe("the search for canaries finds one", () => {
  test.each([
    ["as it is", `x${email}y`],
    ["in capitals", email.toUpperCase()],
    ["percent-encoded", encodeURIComponent(email)],
    ["percent-encoded twice, every character", percent(percent(email))],
    ["escaped as in JSON", email.replace("@", "\\u0040").replace("c", "\\u0063")],
    ["in JSON inside JSON", JSON.stringify(JSON.stringify({ email }))],
    ["in base64", `"${base64(`..${email}..`)}"`],
    ["in base64 for URLs, in a path", `/x/${base64(`?>${email}?>`, "base64url")}`],
    ["in base64 behind other letters", `ab${base64(`...${email}`)}`],
    ["in base64 in JSON in base64", base64(JSON.stringify({ payload: base64(JSON.stringify({ email })) }))],
    ["in hexadecimal", Buffer.from(email).toString("hex")],
    ["in UTF-16", Buffer.from(email, "utf16le")],
    ["compressed", gzipSync(email)],
    ["compressed in base64", `{"payload":"${gzipSync(`{"email":"${email}"}`).toString("base64")}"}`],
  ])("%s", (_, content) => {
    expect(find(content)).toEqual(["e-mail"]);
  });

  test("of digits, whatever separates its groups", () => {
    for (const separator of ["", " ", "-", ".", "+", "%20", "\u00a0"]) {
      expect(find(`x ${card.replaceAll(" ", separator)} y`)).toEqual(["card"]);
      expect(find(`x ${iban.replaceAll(" ", separator)} y`)).toEqual(["IBAN"]);
    }
  });

  test("with letters beyond ASCII", () => {
    expect(find(name)).toEqual(["name"]);
    expect(find(JSON.stringify(name).replace("ë", "\\u00eb"))).toEqual(["name"]);
    expect(find(encodeURIComponent(name))).toEqual(["name"]);
  });

  test("beside others, and tells which", () => {
    expect(find(JSON.stringify([secret, base64(card), iban]))).toEqual(["IBAN", "card", "secret"]);
  });

  test("and none where there is none", () => {
    expect(find("canary canary1.mail s3cr3t Featherstone 4929 4212 DE89")).toEqual([]);
  });
});
