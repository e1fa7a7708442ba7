import { expect, test } from "@jest/globals";
import { checkErrorCodes, renderErrorCodes } from "../../src/index.ts";

const readme = {
  path: "packages/put/README.md",
  text: "# Put\n\n| code | meaning |\n|---|---|\n| `PUT_FULL` | see [answers](answers.md) |\n\n| option |\n|---|\n| `a` |\n",
};

test("lists each table of codes under its owner, with links that lead on from the page", () => {
  const page = renderErrorCodes([{ path: "apps/none/README.md", text: "# None\n" }, readme]);
  expect(page).toContain(
    "## packages/put\n\nFrom [its README](../packages/put/README.md).\n\n| code | meaning |\n|---|---|\n| `PUT_FULL` | see [answers](../packages/put/answers.md) |\n",
  );
  expect(page).not.toContain("option");
  expect(page).not.toContain("none");
});

test("is stale when a table has changed", () => {
  const page = { path: "docs/errors.md", text: renderErrorCodes([readme]) };
  expect(checkErrorCodes([readme, page])).toEqual([]);
  const changed = { ...readme, text: readme.text.replace("PUT_FULL", "PUT_EMPTY") };
  expect(checkErrorCodes([changed, page]).map(({ code }) => code)).toEqual(["error-codes"]);
});
