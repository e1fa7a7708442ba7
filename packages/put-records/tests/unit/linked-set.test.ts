import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type Linked, LinkedSet } from "../../src/queues/linked-set.ts";

class Member implements Linked<Member> {
  previous: Member | undefined;
  following: Member | undefined;
  readonly name: number;

  constructor(name: number) {
    this.name = name;
  }
}

describe("a linked set", () => {
  test("holds what a Set holds, in the same order, whatever comes and goes", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9)), (steps) => {
        const members = Array.from({ length: 10 }, (_, name) => new Member(name));
        const linked = new LinkedSet<Member>();
        const model = new Set<Member>();
        for (const step of steps) {
          const member = members[step]!;
          if (model.delete(member)) linked.delete(member);
          else {
            model.add(member);
            linked.add(member);
          }
          expect(linked.filter(() => true).map(({ name }) => name)).toEqual([...model].map(({ name }) => name));
          expect(linked.size).toBe(model.size);
        }
      }),
    );
  });

  test("leaves no link in what was taken out: it must not keep later members alive", () => {
    const linked = new LinkedSet<Member>();
    const [first, second, third] = [new Member(1), new Member(2), new Member(3)];
    for (const member of [first, second, third]) linked.add(member);
    linked.delete(second);
    expect(second).toEqual(new Member(2));
    linked.delete(first);
    expect(linked.filter(({ name }) => name === 3)).toEqual([third]);
    expect(third).toEqual(new Member(3));
  });
});
