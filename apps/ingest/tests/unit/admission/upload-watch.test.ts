import { expect, test } from "@jest/globals";
import { VirtualClock } from "@millrace/aws-simulator";
import { UploadWatch } from "../../../src/admission/upload-watch.ts";
import { minUploadBytes, smallUploadBytes, uploadCheckMs } from "../../../src/limits.ts";

function create() {
  const clock = new VirtualClock();
  const watch = new UploadWatch(clock);
  const stalled: string[] = [];
  const begin = (name: string, arrivedBytes: () => number) => watch.begin(arrivedBytes, () => stalled.push(name));
  return { clock, begin, stalled };
}

test("an upload that holds memory and does not come forward is told so once, within two looks", async () => {
  const { clock, begin, stalled } = create();
  let arrived = 0;
  begin("stops", () => smallUploadBytes + 1);
  begin("is small", () => smallUploadBytes);
  begin("goes on", () => (arrived += minUploadBytes));
  begin("dribbles", () => (arrived += minUploadBytes / 4));
  begin("has ended", () => smallUploadBytes + 1)();
  await clock.runFor(uploadCheckMs + 1);
  expect(stalled).toEqual([]);
  await clock.runFor(uploadCheckMs);
  expect(stalled).toEqual(["stops"]);
  await clock.runFor(5 * uploadCheckMs);
  expect(stalled).toEqual(["stops"]);
});

test("the next upload is watched when there was none for a while", async () => {
  const { clock, begin, stalled } = create();
  begin("first", () => 0)();
  await clock.runFor(3 * uploadCheckMs);
  begin("second", () => smallUploadBytes + 1);
  await clock.runFor(2 * uploadCheckMs + 1);
  expect(stalled).toEqual(["second"]);
});
