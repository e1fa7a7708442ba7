import { expect, test } from "@jest/globals";
import { VirtualClock } from "@millrace/aws-simulator";
import { UploadWatch } from "../../../src/admission/upload-watch.ts";
import { MIN_UPLOAD_BYTES, SMALL_UPLOAD_BYTES, UPLOAD_CHECK_MS } from "../../../src/limits.ts";

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
  begin("stops", () => SMALL_UPLOAD_BYTES + 1);
  begin("is small", () => SMALL_UPLOAD_BYTES);
  begin("goes on", () => (arrived += MIN_UPLOAD_BYTES));
  begin("dribbles", () => (arrived += MIN_UPLOAD_BYTES / 4));
  begin("has ended", () => SMALL_UPLOAD_BYTES + 1)();
  await clock.runFor(UPLOAD_CHECK_MS + 1);
  expect(stalled).toEqual([]);
  await clock.runFor(UPLOAD_CHECK_MS);
  expect(stalled).toEqual(["stops"]);
  await clock.runFor(5 * UPLOAD_CHECK_MS);
  expect(stalled).toEqual(["stops"]);
});

test("the next upload is watched when there was none for a while", async () => {
  const { clock, begin, stalled } = create();
  begin("first", () => 0)();
  await clock.runFor(3 * UPLOAD_CHECK_MS);
  begin("second", () => SMALL_UPLOAD_BYTES + 1);
  await clock.runFor(2 * UPLOAD_CHECK_MS + 1);
  expect(stalled).toEqual(["second"]);
});
