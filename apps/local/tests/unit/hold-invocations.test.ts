import { describe, expect, test } from "@jest/globals";
import { invokeWithRoom } from "../../src/runtime/hold-invocations.ts";

/** A store that refuses so many entries with each invocation. */
function createStore({ isWritable = true, refusesEachTime = 0 } = {}) {
  let refused = 0;
  return {
    isWritable,
    stats: () => ({ refused }),
    invoke: (answer: unknown) => async () => {
      refused += refusesEachTime;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

const failures = { batchItemFailures: [{ itemIdentifier: "1" }] };
const throttled = { name: "TooManyRequestsException" };

describe("an invocation", () => {
  test("does not begin while nothing can be stored", async () => {
    let invocations = 0;
    const invoke = async () => (invocations += 1);
    await expect(invokeWithRoom(createStore({ isWritable: false }), invoke)).rejects.toMatchObject(throttled);
    expect(invocations).toBe(0);
  });

  test("that failed while the store refused something counts as not begun", async () => {
    const store = createStore({ refusesEachTime: 1 });
    await expect(invokeWithRoom(store, store.invoke(new Error("500")))).rejects.toMatchObject(throttled);
    await expect(invokeWithRoom(store, store.invoke(failures))).rejects.toMatchObject(throttled);
    expect(await invokeWithRoom(store, store.invoke({ batchItemFailures: [] }))).toEqual({ batchItemFailures: [] });
  });

  test("that failed by itself stays what it is", async () => {
    const store = createStore();
    await expect(invokeWithRoom(store, store.invoke(new Error("bug")))).rejects.toThrow("bug");
    expect(await invokeWithRoom(store, store.invoke(failures))).toEqual(failures);
  });
});
