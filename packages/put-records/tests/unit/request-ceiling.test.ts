import { describe, expect, test } from "@jest/globals";
import { RequestCeiling } from "../../src/wire/request-ceiling.ts";

describe("the largest request that is let pass", () => {
  test("has no limit before something was refused", () => {
    expect(new RequestCeiling().at(0)).toBe(Number.POSITIVE_INFINITY);
  });

  test("is half of what was refused, then the middle between what passed and what did not", () => {
    const ceiling = new RequestCeiling();
    ceiling.refused(1000, 0);
    expect(ceiling.at(1)).toBe(500);
    ceiling.passed(500);
    expect(ceiling.at(1)).toBe(750);
    ceiling.refused(750, 2);
    expect(ceiling.at(3)).toBe(375);
    ceiling.passed(375);
    ceiling.passed(562);
    expect(ceiling.at(3)).toBe(656);
  });

  test("is left alone where what passes comes close to what was refused", () => {
    const ceiling = new RequestCeiling();
    ceiling.refused(1000, 0);
    for (let i = 0; i < 20; i++) ceiling.passed(ceiling.at(1));
    expect(ceiling.at(1)).toBe(875);
  });

  test("is forgotten when a request as large as the refused one passes: the size was not the reason", () => {
    const ceiling = new RequestCeiling();
    ceiling.refused(1000, 0);
    ceiling.passed(1000);
    expect(ceiling.at(1)).toBe(Number.POSITIVE_INFINITY);
  });

  test("is forgotten after a minute without a refusal, because proxies are mended", () => {
    const ceiling = new RequestCeiling();
    ceiling.refused(1000, 0);
    expect(ceiling.at(59_999)).toBe(500);
    expect(ceiling.at(60_000)).toBe(Number.POSITIVE_INFINITY);
  });
});
