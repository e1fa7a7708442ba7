import { expect, test } from "@jest/globals";
import { credentialForms, credentialStart } from "../../src/credential-forms.ts";

test("every form is one that a text can begin like, whole", () => {
  const starts = [...credentialForms.keys()].map((start) => {
    credentialStart.lastIndex = 0;
    return credentialStart.exec(`${start}x`)?.[0];
  });
  expect(starts).toEqual([...credentialForms.keys()]);
});
