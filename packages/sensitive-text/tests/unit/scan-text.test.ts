import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isCardNumber } from "../../src/find-cards.ts";
import { allDetectors, scanText } from "../../src/scan-text.ts";

const scan = (text: string) => scanText(text, allDetectors).text;

describe("scanText finds e-mail addresses", () => {
  test.each([
    ["mail ada@example.com now", "mail [email] now"],
    ["ada.lovelace+news@mail.example.co.uk.", "[email]."],
    ['to "ada lovelace"@example.com', "to [email]"],
    ['{"handle":"@example.com"}', '{"handle":"@example.com"}'],
    ["<ada@example.com>,<bob@example.org>", "<[email]>,<[email]>"],
    ["https://shop.example/?email=ada%40example.com&x=1", "https://shop.example/?email=[email]&x=1"],
    ["https://shop.example/users/ada@example.com/orders", "https://shop.example/users/[email]/orders"],
    ["jürgen@münchen.example", "[email]"],
    ["用户@例子.广告", "[email]"],
    ["o'brien@example.ie", "[email]"],
    ["?back=https%3A%2F%2Fx%2F%3Fm%3Dada%2540example.com&y", "?back=https%3A%2F%2Fx%2F%3Fm%3D[email]&y"],
    ["a@b", "[email]"],
    ["ada@home@example.com", "[email]"],
  ])("in %s", (text, expected) => {
    expect(scan(text)).toBe(expected);
  });

  test.each(["@", "a @ b", "@ada", "ada@", "100 @ 2 EUR", "x %40 y", "ada@.", ""])("and not in %j", (text) => {
    expect(scan(text)).toBe(text);
  });
});

describe("scanText finds card numbers", () => {
  test.each([
    ["4111111111111111", "[card]"],
    ["4111 1111 1111 1111", "[card]"],
    ["4111-1111-1111-1111", "[card]"],
    ["4111%201111%201111%201111", "[card]"],
    ["4111+1111+1111+1111", "[card]"],
    ["card 378282246310005!", "card [card]!"],
    ["order 2026 4111 1111 1111 1111 paid", "order 2026 [card] paid"],
    ["q=4111111111111111&x", "q=[card]&x"],
    ["5555555555554444/6011111111111117", "[card]/[card]"],
  ])("in %s", (text, expected) => {
    expect(scan(text)).toBe(expected);
  });

  test.each([
    ["a wrong check digit", "4111111111111112"],
    ["more digits than a card has", "41111111111111110000000"],
    ["a first digit no network has", "1111111111111117"],
    ["too few digits", "41111111111"],
    ["a time stamp", "2026-11-22T10:11:12.131Z"],
    ["a UUID", "01936f3a-7a2b-7c3d-8e4f-0a1b2c3d4e5f"],
  ])("and not %s", (_, text) => {
    expect(scan(text)).toBe(text);
  });

  test("whatever grouping by single spaces a Luhn number has", () => {
    const cardNumber = fc
      .tuple(fc.constantFrom("4", "51", "37", "62"), fc.array(fc.nat(9), { minLength: 11, maxLength: 15 }))
      .map(([prefix, digits]) => {
        const body = `${prefix}${digits.join("")}`.slice(0, 18);
        const check = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].find((digit) => isCardNumber(`${body}${digit}`));
        return `${body}${check ?? ""}`;
      })
      .filter((digits) => isCardNumber(digits));
    const grouped = fc
      .tuple(cardNumber, fc.integer({ min: 2, max: 6 }))
      .map(([digits, size]) => digits.replace(new RegExp(`(\\d{${size}})(?=\\d)`, "gu"), "$1 "));
    fc.assert(fc.property(grouped, (text) => expect(scan(`x ${text} y`)).toBe("x [card] y")));
  });
});

describe("scanText finds IBANs", () => {
  test.each([
    ["DE89370400440532013000", "[iban]"],
    ["GB29 NWBK 6016 1331 9268 19", "[iban]"],
    ["pay to NL91ABNA0417164300, thanks", "pay to [iban], thanks"],
    ["NO9386011117947", "[iban]"],
    ["gb29nwbk60161331926819", "[iban]"],
    ["?to=GB29%20NWBK%206016%201331%209268%2019&x", "?to=[iban]&x"],
  ])("in %s", (text, expected) => {
    expect(scan(text)).toBe(expected);
  });

  test.each([
    ["a wrong check digit", "DE88370400440532013000"],
    ["a country without IBANs", "US89370400440532013000"],
    ["one inside a longer word", "XDE89370400440532013000"],
  ])("and not %s", (_, text) => {
    expect(scan(text)).toBe(text);
  });
});

describe("scanText finds IP addresses", () => {
  test.each([
    ["from 81.2.69.142.", "from [ip]."],
    ["https://81.2.69.142:8080/x", "https://[ip]:8080/x"],
    ["?ip=81.2.69.142&x", "?ip=[ip]&x"],
    ["2a00:23c5:1::7 and [2001:db8::1]:443", "[ip] and [[ip]]:443"],
    ["::ffff:81.2.69.142", "[ip]"],
    ["?ip=2001%3Adb8%3A%3A1&x", "?ip=[ip]&x"],
  ])("in %s", (text, expected) => {
    expect(scan(text)).toBe(expected);
  });

  test.each([
    ["a network", "81.2.69.0 2a00:23c5:1::"],
    ["a version of a browser", "Chrome/120.0.0.0 Edg/126.0.2592.87 Safari/605.1.15"],
    ["a longer number with dots", "1.2.3.4.5"],
    ["more than an octet holds", "10.0.19041.1"],
    ["a time", "2026-11-22T10:11:12Z 12:30:45"],
    ["an address of a network card", "00:1a:2b:3c:4d:5e"],
  ])("and not %s", (_, text) => {
    expect(scan(text)).toBe(text);
  });
});

describe("scanText finds credentials", () => {
  test.each([
    ["https://shop.example/reset?reset_token=a.b-c_9&x=1", "https://shop.example/reset?reset_token=[secret]&x=1"],
    ["https://shop.example/#access_token=abc&state=1", "https://shop.example/#access_token=[secret]&state=1"],
    ["https://shop.example/;jsessionid=1A2B", "https://shop.example/;jsessionid=[secret]"],
    ["https://ada:hunter2@shop.example/x", "https://[secret]@shop.example/x"],
    ["?back=https%3A%2F%2Fx%3Ftoken%3Dabc%26y%3D1&z", "?back=https%3A%2F%2Fx%3Ftoken%3D[secret]%26y%3D1&z"],
    ["?state=1&code=4/0AX4XfWh-abcdef012", "?state=1&code=[secret]"],
    ["?X-Amz-Signature=abc&X-Amz-Security-Token=def", "?X-Amz-Signature=[secret]&X-Amz-Security-Token=[secret]"],
    ["my password: hunter2, thanks", "my password: [secret], thanks"],
    ["Authorization: Bearer abc.def", "Authorization: [secret]"],
    ["authorization=Basic%20YWRhOmh1bnRlcg==", "authorization=[secret]"],
    ['{"clientSecret": "s3cr3t", "a": 1}', '{"clientSecret": "[secret]", "a": 1}'],
    ['{\\"apiKey\\":\\"s3cr3t\\"}', '{\\"apiKey\\":\\"[secret]\\"}'],
    ["curl -H 'bearer 0123456789abcdef'", "curl -H '[secret]'"],
    ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9", "[secret]"],
    ["-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----", "[secret]"],
    [`AKIA${"A1".repeat(8)} ghp_${"a1".repeat(18)} xoxb-${"1".repeat(12)}`, "[secret] [secret] [secret]"],
    [
      `glpat-${"a1".repeat(10)} npm_${"a1".repeat(18)} SG.${"a1".repeat(11)}.${"b2".repeat(20)}`,
      "[secret] [secret] [secret]",
    ],
    ["passcode: 123456 pwd=hunter2", "passcode: [secret] pwd=[secret]"],
    ["?sid=abc&pin=1234", "?sid=[secret]&pin=[secret]"],
    [`sk_live_${"a1".repeat(8)} AIza${"a1".repeat(18)}`, "[secret] [secret]"],
  ])("in %s", (text, expected) => {
    expect(scan(text)).toBe(expected);
  });

  test.each([
    ["a voucher", "https://shop.example/?code=SUMMER26"],
    ["a parameter that only ends like one", "?max_tokens=5&monkey=1&design=x"],
    ["words that mean a secret in an address only", "the key: C sharp; signature: illegible"],
    ["a name without a value", "password: "],
    ["an address without a user", "https://shop.example/a@b?x=//c"],
  ])("and not %s", (_, text) => {
    expect(scanText(text, ["card"]).text).toBe(text);
  });

  test.each(
    [
      ...["access_token", "clientSecret", "passwd", "password", "passphrase", "credential", "credentials", "apikey"],
      ...["api-key", "accesskey", "private_key", "Authorization", "jwt"],
      ...["auth", "key", "pwd", "pass", "sig", "signature", "x-goog-signature", "otp", "sessionid", "session_id"],
      ...["PHPSESSID", "jsessionid", "code"],
    ].map((name) => [name]),
  )("as the parameter %s", (name) => {
    const value = "0123456789abcdef";
    expect(scan(`https://shop.example/?a=1&${name}=${value}&b=2`)).toBe(
      `https://shop.example/?a=1&${name}=[secret]&b=2`,
    );
  });

  test("whatever else it is told to look for", () => {
    expect(scanText("?token=abc&to=ada@example.com", ["card"])).toEqual({
      text: "?token=[secret]&to=ada@example.com",
      found: ["secret"],
    });
  });
});

describe("scanText reads through", () => {
  test.each([
    ["an escaped plus in an address", "?to=ada%2Btag%40example.com&x", "?to=[email]&x"],
    ["an escaped dot", "?ip=203%2E0%2E113%2E9", "?ip=[ip]"],
    ["an escaped no-break space", "4111%C2%A01111%C2%A01111%C2%A01111", "[card]"],
    ["an escape of an escape", "card=4111%25201111%25201111%25201111&y=1", "card=[card]&y=1"],
    [
      "an address in an address in an address",
      "?u=https%253A%252F%252Fx%253Ftoken%253Dabc",
      "?u=https%3A%2F%2Fx%3Ftoken%3D[secret]",
    ],
    ["JSON in an address", "?q=%7B%22password%22%3A%22hunter2%22%7D", "?q=%7B%22password%22%3A%22[secret]%22%7D"],
    ["full width", "４１１１１１１１１１１１１１１１ ada＠example.com", "[card] [email]"],
    ["lines, tabs and double spaces in a card number", "4111\n1111\t1111  1111", "[card]"],
  ])("%s", (_, text, expected) => {
    expect(scan(text)).toBe(expected);
  });

  test.each([
    ["escapes that hide nothing", "?q=100%25%20%22sure%22&x=a%2Bb%2Dc"],
    ["what is no UTF-8", "?q=%25%C3%28%22"],
    ["words in full width", "ＡＢＣ＝１"],
  ])("and leaves as they are: %s", (_, text) => {
    expect(scanText(text, allDetectors)).toEqual({ text, found: [] });
  });
});

describe("scanText", () => {
  test("looks only for what it is told to", () => {
    const text = "ada@example.com 4111111111111111";
    expect(scanText(text, ["email"])).toEqual({ text: "[email] 4111111111111111", found: ["email"] });
    expect(scanText(text, ["card"])).toEqual({ text: "ada@example.com [card]", found: ["card"] });
  });

  test("finds nothing in its own replacements", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.constantFrom("ada@b.cd", "4111111111111111"), (text, found) => {
        const once = scan(text + found + text);
        expect(scan(once)).toBe(once);
      }),
    );
  });

  // Hostile to a scanner: many beginnings of something, and no end. regular-expressions.check.ts proves that it ends at
  // all.
  const card = "[card] ";
  const manyDigits = "4 ".repeat(100_000);
  // The longest number of fours that is a card's has 17 of them.
  const cards = Math.floor(100_000 / 17);
  test.each<[string, string, string?]>([
    ["at signs", "@".repeat(200_000)],
    ["letters before an at sign", `${"a".repeat(200_000)}@`],
    ["addresses without end", "a@".repeat(100_000), "[email]@"],
    ["digits", "4".repeat(200_000)],
    ["digits with separators", manyDigits, card.repeat(cards) + manyDigits.slice(0, (100_000 - cards * 17) * 2)],
    ["beginnings of IBANs", "DE89 ".repeat(40_000)],
    ["beginnings of addresses of hosts", "1.1.1.".repeat(40_000)],
    ["colons", ":".repeat(200_000)],
    ["groups of IPv6", "a:b:".repeat(50_000)],
    ["names of credentials", "token=".repeat(40_000), "token=[secret]"],
    ["letters before a separator", `${"a".repeat(200_000)}token=`],
    ["spaces before a separator", `token${" ".repeat(200_000)}`],
    ["separators and spaces", "token = ".repeat(30_000), "token = [secret] ".repeat(15_000)],
    ["beginnings of user names", `${"//a".repeat(70_000)}@`, `${"//a".repeat(69_999)}//[secret]@`],
    ["beginnings of JWTs", "eyJ".repeat(70_000)],
    ["beginnings of keys", "-----BEGIN PRIVATE KEY-----".repeat(8_000), "[secret]".repeat(8_000)],
  ])("gets to the end of %s", (_, text, expected = text) => {
    // Compared beforehand: a difference of 200,000 letters is nothing to print.
    const scanned = scan(text);
    const differsAt = Array.from({ length: expected.length }, (__, at) => at).find(
      (at) => scanned[at] !== expected[at],
    );
    expect([scanned.length, differsAt]).toEqual([expected.length, undefined]);
  });

  test("takes two findings that overlap for one", () => {
    const bearer = `Bearer ${"A".repeat(8)}AKIA`;
    expect(scan(`x ${bearer}${"B2".repeat(8)}-end y`)).toBe("x [secret] y");
  });
});
