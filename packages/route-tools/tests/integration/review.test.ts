/** The comment of a pull request: what a change of the documents means, and what it does with events. */
import { describe, expect, test } from "@jest/globals";
import { loadRouteDocuments, type RouteDocument } from "@millrace/routes";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeownersLines, renderCodeowners, staleOwners, stateOfOwners } from "../../src/cli/owners.ts";
import { folders } from "../../src/cli/folders.ts";
import { run, temporaryFolder, writeEvents } from "../support/run.ts";

const documents = loadRouteDocuments(folders.routes);
type Draft = { -readonly [Key in keyof RouteDocument]: RouteDocument[Key] };

/** A folder with the documents of this repository, changed. */
function folderWith(change: (document: Draft) => void): string {
  const folder = temporaryFolder();
  for (const document of structuredClone(documents)) {
    change(document);
    writeFileSync(join(folder, `${document.application}.json`), JSON.stringify(document));
  }
  return folder;
}

const base = folderWith(() => undefined);
const diff = async (head: string, ...args: string[]): Promise<string> =>
  (await run("diff", base, "--routes", head, "--format", "markdown", ...args)).out;
const changes = (markdown: string): string[] =>
  [...markdown.matchAll(/^- \*\*([a-z ]+)\*\* `([^`]+)`/gm)].map(([, kind = "", subject = ""]) => `${kind} ${subject}`);

describe("what a change means", () => {
  const moved = folderWith((document) => {
    if (document.application === "marketing") {
      document.clearance = ["url", "ip"];
      document.owner = "team-agency";
      document.routes = document.routes.map(({ project: _, ...route }, index) =>
        index > 0
          ? { ...route, project: { drop: ["event.clientip", "event.data.customer"] } }
          : {
              ...route,
              destination: {
                ...route.destination,
                arn: { prod: "arn:aws:kinesis:eu-west-1:999999999999:stream/agency" },
              },
              partitionKey: "event.tenantid",
              delivery: { ordering: "per-key" },
            },
      );
    }
    if (document.application === "recommendations") {
      document.routes = document.routes.map((route) =>
        route.name === "search-clicks"
          ? {
              ...route,
              pattern: {
                event: { type: ["search.click"], data: { rank: [{ numeric: ["<=", 3] }] } },
                validation: { status: ["valid"] },
              },
              tests: route.tests.map((one) =>
                one.matches
                  ? { ...one, event: { ...one.event, event: { type: "search.click", data: { rank: 1 } } } }
                  : one,
              ),
            }
          : route,
      );
    }
  });

  test("is named change by change, what is sensitive first and by name", async () => {
    const shown = await diff(moved);
    expect(changes(shown)).toEqual([
      "sensitive marketing",
      "clearance marketing",
      "destination marketing/campaign-traffic",
      "owner marketing",
      "pattern recommendations/search-clicks",
      "projection marketing/campaign-traffic",
      "partition key marketing/campaign-traffic",
      "ordering marketing/campaign-traffic",
    ]);
    expect(shown).toContain("newly delivered in the clear: event.clientip (ip)");
    expect(shown).toMatch(
      /prod: `arn:\S+333333333333:stream\/millrace-prod-marketing` → `\S+999999999999:stream\/agency`, \*\*another account\*\*/,
    );
  });

  test("is a loss that the tests of the base and made-up events show, though those of the head were adapted", async () => {
    const shown = await diff(moved);
    expect(shown).toMatch(/\| recommendations\/search-clicks \| changed \| \d+ \| \d+ \|\s+\| −\d+ \|/);
    expect(shown).toMatch(/lost by `recommendations\/search-clicks`: \d+, such as .*"rank":4/);
  });

  test("of the sources that a route takes is a loss that made-up events show", async () => {
    const fromShop = folderWith((document) => {
      document.routes = document.routes.map((route) =>
        route.name === "search-clicks"
          ? { ...route, pattern: { event: { type: ["search.click"], source: [{ prefix: "https://shop." }] } } }
          : route,
      );
    });
    expect(await diff(fromShop)).toMatch(/lost by `recommendations\/search-clicks`: \d+, such as /);
    const { out } = await run("diff", fromShop, "--routes", base, "--format", "markdown");
    expect(out).toMatch(/gained by `recommendations\/search-clicks`/);
  });

  test("has no price, and no rate, without traffic; and with it, copies do not count", async () => {
    expect(await diff(moved)).not.toContain("$");
    const event = {
      event: { id: "1", source: "s", type: "search.click", data: { rank: 9 } },
      validation: { status: "valid" },
    };
    const file = writeEvents(temporaryFolder(), [event, event, event]);
    const shown = await diff(moved, "--events", file);
    expect(shown).toContain("1 events (2 copies left out)");
    expect(shown).toContain("$/month");
  });

  test("is nothing when keys change their order and defaults are written out", async () => {
    const respelled = folderWith((document) => {
      document.routes = document.routes.map(({ pattern, ...route }) => ({
        ...route,
        sample: 1,
        delivery: { budgetMs: 8_000, ordering: "none", ...route.delivery },
        pattern: Object.fromEntries(Object.entries(pattern).reverse()),
      }));
    });
    expect(await diff(respelled)).toContain("Nothing but spelling, tests or descriptions.");
  });
});

describe("CODEOWNERS", () => {
  const teams = Object.fromEntries(documents.map(({ owner }) => [owner, `@acme/${owner}`]));
  const owners = { clearance: "@acme/privacy", teams };

  test("is fresh, and says that nobody is named yet", async () => {
    const { code, err } = await run("owners", "--check");
    expect([code, err]).toEqual([0, expect.stringContaining("names nobody yet")]);
    const text = readFileSync(join(folders.repository, ".github/CODEOWNERS"), "utf8");
    expect(text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).toEqual([]);
  });

  test("gives a document to its team, and one with a clearance to whoever answers for those", () => {
    const [first] = documents;
    if (first === undefined) throw new Error("There are documents");
    const { clearance: _, ...plain } = first;
    const named = { ...owners, teams: { ...teams, "team-x": "@someone" } };
    const lines = codeownersLines([{ ...plain, application: "plain", owner: "team-x" }, first], named);
    expect(lines.get("/schemas/routes/plain.json")).toBe("@someone");
    expect(lines.get(`/schemas/routes/${first.application}.json`)).toBe("@acme/privacy");
  });

  test("is stale when a clearance came, a document went, or a rule of its own was taken out", () => {
    const text = renderCodeowners(documents, owners);
    expect(staleOwners(text, documents, owners)).toEqual([]);
    expect(staleOwners(text, documents.slice(1), owners)).toHaveLength(1);
    expect(staleOwners(text.replace(/^\/\.github\/CODEOWNERS.*\n/m, ""), documents, owners)).toHaveLength(1);
    expect(staleOwners(text.replaceAll("@acme/privacy", "@acme/x"), documents, owners).length).toBeGreaterThan(2);
  });

  test("is not written of owners that are filled in by half, misspelt, or of no document", () => {
    const [owner = ""] = Object.keys(teams);
    const { [owner]: _, ...others } = teams;
    const faultsOf = (state: ReturnType<typeof stateOfOwners>): readonly string[] =>
      typeof state === "object" ? state.faults : [];
    expect(stateOfOwners(owners, documents)).toBe("filled");
    expect(faultsOf(stateOfOwners({ ...owners, clearance: null }, documents))).toEqual([
      '"clearance" is null, and others are filled in: name who approves',
    ]);
    expect(faultsOf(stateOfOwners({ ...owners, teams: others }, documents))).toEqual([
      `"teams"."${owner}" is not there: add it, with an "@organization/team" or a "@user"`,
    ]);
    expect(faultsOf(stateOfOwners({ ...owners, teams: { ...teams, [owner]: "acme/x" } }, documents))).toEqual([
      `"teams"."${owner}" is "acme/x", which is no "@organization/team" and no "@user"`,
    ]);
    expect(faultsOf(stateOfOwners({ ...owners, teams: { ...teams, gone: "@acme/gone" } }, documents))).toEqual([
      '"teams"."gone" owns no document: take it out',
    ]);
  });
});
