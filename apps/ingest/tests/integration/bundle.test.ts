import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kinesis, startKinesisServer } from "@millrace/aws-simulator";
import { expect, test } from "@jest/globals";
import { startChildService, streamName } from "../support/child-service.ts";
import { packageFolder, readDockerfile, textsOf } from "../support/dockerfile.ts";
import { anEvent, post } from "../support/test-service.ts";

// There is no container engine where the tests run; this does what the Dockerfile's last steps do.
test("the bundle of the container runs in a folder of its own: takes events, serves metrics, drains", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ingest-bundle-"));
  const kinesis = new Kinesis();
  kinesis.createStream({ streamName });
  const kinesisServer = await startKinesisServer(kinesis);
  try {
    const command = textsOf(readDockerfile()[0], "RUN").at(-1)?.replace("/bundle", folder).split(" ") ?? [];
    execFileSync(process.execPath, command.slice(1), { cwd: join(packageFolder, "../.."), stdio: "ignore" });
    expect(readdirSync(folder).sort()).toEqual(["main.mjs", "main.mjs.LEGAL.txt", "main.mjs.map"]);

    const service = await startChildService({
      kinesisUrl: kinesisServer.url,
      file: "main.mjs",
      folder,
      environment: { NODE_ENV: "production" },
    });
    expect((await post(service, JSON.stringify(anEvent()))).json).toEqual({ accepted: 1, ids: ["1"] });
    expect(kinesis.stats(streamName).recordsIn).toBe(1);
    expect(await (await fetch(`${service.url}/metrics`)).text()).toContain("process_cpu_user_seconds_total");
    service.process.kill("SIGTERM");
    expect(await service.exited).toEqual({ code: 0, signal: null });
    expect(service.log.map(({ msg }) => msg)).toEqual(["listening", "draining", "drained"]);
  } finally {
    await kinesisServer.close();
    rmSync(folder, { recursive: true });
  }
});
