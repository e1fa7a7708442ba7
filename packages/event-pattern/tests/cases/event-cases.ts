import { type EventCases, SOURCES } from "./case-groups.ts";

const { readme, engine, guide } = SOURCES;

const fields: EventCases[] = [
  {
    rule: "all named fields must match, other fields do not matter",
    source: readme("default-and-relationship"),
    pattern: { source: ["s"], detail: { state: ["running"] } },
    yes: [
      { source: "s", detail: { state: "running" } },
      { source: "s", x: 1, detail: { state: "running", y: {} } },
    ],
    no: [{ source: "s" }, { detail: { state: "running" } }, { source: "s", detail: "running" }, {}],
  },
  {
    rule: "fields of sibling objects are independent",
    source: readme("default-and-relationship"),
    pattern: { a: { x: [1] }, b: { x: [2] } },
    yes: [{ a: { x: 1 }, b: { x: 2 } }],
    no: [{ a: { x: 2 }, b: { x: 1 } }, { a: { x: 1 } }],
  },
  {
    rule: "a dotted key and nested keys are one path, in patterns and in events",
    source: readme("caveat-compiled-rules-and-json-keys-with-dots"),
    pattern: { detail: { "state.status": ["running"] } },
    yes: [
      { detail: { state: { status: "running" } } },
      { detail: { "state.status": "running" } },
      { "detail.state": { status: "running" } },
      { "detail.state.status": "running" },
    ],
    no: [{ detail: { state: "running" } }, { detail: { status: "running" } }, { "detail.state-status": "running" }],
  },
  {
    rule: "values of all spellings of a path count",
    source: readme("caveat-compiled-rules-and-json-keys-with-dots"),
    pattern: { a: { b: ["x"] } },
    yes: [
      { "a.b": "x", a: { b: "y" } },
      { "a.b": "y", a: { b: "x" } },
    ],
    no: [{ "a.b": "y", a: { b: "y" } }],
  },
  {
    rule: "names that every JavaScript object inherits are absent unless the event has them",
    source: guide("eb-event-patterns"),
    pattern: {
      constructor: { name: [{ exists: false }] },
      toString: [{ exists: false }],
      __proto__x: [{ exists: false }],
    },
    yes: [{}, { constructor: 1 }],
    no: [{ toString: 1 }, { constructor: { name: "x" } }],
  },
  {
    rule: "__proto__ is a field like any other in JSON text",
    source: guide("eb-event-patterns"),
    pattern: '{"__proto__": {"a": ["x"]}}',
    yes: ['{"__proto__": {"a": "x"}}'],
    no: ['{"a": "x"}', "{}"],
  },
  {
    rule: "a key that stands twice in a pattern has the last of its values",
    source: engine("JsonRuleCompiler", "withOverriding"),
    pattern: '{"a": [1], "a": [2]}',
    yes: ['{"a": 2}'],
    no: ['{"a": 1}'],
  },
  {
    rule: "two spellings of one path in a pattern have the values of the last",
    source: engine("JsonRuleCompiler", "withOverriding"),
    pattern: '{"a": {"b": [1]}, "a.b": [2]}',
    yes: ['{"a": {"b": 2}}'],
    no: ['{"a": {"b": 1}}'],
  },
  {
    rule: "objects that stand twice in a pattern are read one after the other",
    source: engine("JsonRuleCompiler", "a stream of tokens, not a tree"),
    pattern: '{"a": {"b": [1]}, "a": {"c": [2]}}',
    yes: ['{"a": {"b": 1, "c": 2}}'],
    no: ['{"a": {"c": 2}}', '{"a": {"b": 1}}'],
  },
  {
    rule: "an empty key is a key",
    source: engine("Path", "segments joined with dots"),
    pattern: { a: { "": [1] } },
    yes: [{ a: { "": 1 } }, { "a.": 1 }],
    no: [{ a: 1 }, { "": 1 }],
  },
];

const numbers: EventCases[] = [
  {
    rule: "3.0e2 in the event is 300",
    source: engine("ComparableNumber", "numbers compare as doubles"),
    pattern: '{"n": [300]}',
    yes: ['{"n": 3.0e2}', '{"n": 300.00}', '{"n": 3e+2}', '{"n": 0.3E3}'],
    no: ['{"n": "3.0e2"}', '{"n": 3.0e1}'],
  },
  {
    rule: "a number that no double holds equals the same digits only",
    source: engine("JsonRuleCompiler", "exact match of the text when a number cannot be compared"),
    pattern: '{"n": [12345678901234567890]}',
    yes: ['{"n": 12345678901234567890}', '{"n": [12345678901234567890]}'],
    no: [
      '{"n": 12345678901234567891}',
      '{"n": 12345678901234567000}',
      '{"n": 1.2345678901234567890e19}',
      '{"n": "12345678901234567890"}',
    ],
  },
  {
    rule: "such a number equals no number that a double does hold, however near",
    source: engine("ComparableNumber", "must survive the way to a double and back"),
    pattern: '{"n": [9007199254740992]}',
    yes: ['{"n": 9007199254740992}', '{"n": 9007199254740992.0}'],
    no: ['{"n": 9007199254740993}'],
  },
  {
    rule: "no numeric operator matches such a number; exists and anything-but do",
    source: engine("ByteMachine", "what is no sensible number is matched as text"),
    pattern: '{"a": [{"numeric": [">", 0]}]}',
    yes: ['{"a": 9007199254740992}'],
    no: ['{"a": 9007199254740993}', '{"a": 1e400}', '{"a": 0.1000000000000000055511151231257827}'],
  },
  {
    rule: "anything-but holds for such a number",
    source: engine("ByteMachine", "what is no sensible number is matched as text"),
    pattern: '{"a": [{"anything-but": [1]}], "b": [{"exists": true}]}',
    yes: ['{"a": 1e400, "b": 9007199254740993}'],
    no: ['{"a": 1.0, "b": 9007199254740993}'],
  },
  {
    rule: "a number beyond every double equals its own text",
    source: engine("JsonRuleCompiler", "exact match of the text when a number cannot be compared"),
    pattern: '{"n": [1e400]}',
    yes: ['{"n": 1e400}'],
    no: ['{"n": 1E400}', '{"n": 1e401}', '{"n": 1.0e400}'],
  },
  {
    rule: "digits inside strings are not numbers",
    source: readme("json-text-matching"),
    pattern: '{"n": [1], "s": ["12345678901234567890:1e400"]}',
    yes: ['{"n": 1.0, "s": "12345678901234567890:1e400"}'],
    no: ['{"n": 1.5, "s": "12345678901234567890:1e400"}'],
  },
];

const or: EventCases[] = [
  {
    rule: "$or holds when one of its patterns does",
    source: readme("the-or-primitive"),
    pattern: { source: ["s"], $or: [{ a: [1] }, { b: [2] }] },
    yes: [
      { source: "s", a: 1 },
      { source: "s", b: 2 },
      { source: "s", a: 1, b: 2 },
    ],
    no: [{ source: "s" }, { a: 1 }, { source: "s", a: 2, b: 1 }],
  },
  {
    rule: "two $or side by side must both hold",
    source: readme("rule-examples-with-or-primitive"),
    pattern: { $or: [{ a: [1] }, { b: [2] }], detail: { $or: [{ c: [3] }, { d: [4] }] } },
    yes: [
      { a: 1, detail: { c: 3 } },
      { b: 2, detail: { d: 4 } },
    ],
    no: [{ a: 1 }, { detail: { c: 3 } }, { a: 1, c: 3 }],
  },
  {
    rule: "$or inside $or",
    source: readme("rule-examples-with-or-primitive"),
    pattern: { $or: [{ a: [1] }, { b: [2], $or: [{ c: [3] }, { d: [4] }] }] },
    yes: [{ a: 1 }, { b: 2, c: 3 }, { b: 2, d: 4 }],
    no: [{ b: 2 }, { c: 3 }, {}],
  },
  {
    rule: "a field after $or holds for all its patterns",
    source: engine("JsonRuleCompiler", "later fields are written to every combination"),
    pattern: '{"$or": [{"a": [1]}, {"b": [2]}], "c": [3]}',
    yes: ['{"a": 1, "c": 3}', '{"b": 2, "c": 3}'],
    no: ['{"a": 1}', '{"b": 2}', '{"c": 3}'],
  },
  {
    rule: "a field inside $or replaces one of the same path before it",
    source: engine("JsonRuleCompiler", "withOverriding"),
    pattern: '{"a": [1], "$or": [{"a": [2]}, {"b": [3]}]}',
    yes: ['{"a": 2}', '{"a": 1, "b": 3}'],
    no: ['{"a": 1}', '{"a": 3, "b": 3}'],
  },
  {
    rule: "$or at depth names fields at that depth",
    source: readme("the-or-primitive"),
    pattern: { detail: { x: { $or: [{ a: [1] }, { b: { c: [2] } }] } } },
    yes: [{ detail: { x: { a: 1 } } }, { detail: { x: { b: { c: 2 } } } }],
    no: [{ a: 1 }, { detail: { a: 1 } }, { detail: { x: { b: 2 } } }],
  },
  {
    rule: "$or with an operator's name as field is a field called $or",
    source: readme("the-backward-compatibility-of-using-or-as-field-name-in-the-rule"),
    pattern: { $or: [{ cidr: "10.0.0.0/24" }] },
    yes: [{ $or: "10.0.0.7" }, { $or: ["x", "10.0.0.8"] }],
    no: [{ cidr: "10.0.0.0/24" }, { $or: "11.0.0.0" }, {}],
  },
  {
    rule: "$or with an object is a field called $or",
    source: readme("the-backward-compatibility-of-using-or-as-field-name-in-the-rule"),
    pattern: { source: ["s"], $or: { a: [1], b: [2] } },
    yes: [{ source: "s", $or: { a: 1, b: 2 } }],
    no: [
      { source: "s", a: 1, b: 2 },
      { source: "s", $or: { a: 1 } },
    ],
  },
  {
    rule: "$or with two match expressions is a field called $or",
    source: readme("the-backward-compatibility-of-using-or-as-field-name-in-the-rule"),
    pattern: { detail: { $or: [{ numeric: [">", 0, "<=", 5] }, { cidr: "10.0.0.0/8" }] } },
    yes: [{ detail: { $or: 3 } }, { detail: { $or: "10.1.1.1" } }],
    no: [{ detail: { $or: 6 } }, { detail: 3 }],
  },
  {
    rule: "$or over values is a field called $or",
    source: readme("the-backward-compatibility-of-using-or-as-field-name-in-the-rule"),
    pattern: { $or: ["a", "b"] },
    yes: [{ $or: "a" }],
    no: [{ a: "a" }, {}],
  },
];

const people = (...names: string[]) => ({
  employees: names.map((name) => ({ firstName: name.split(" ")[0], lastName: name.split(" ")[1] })),
});

const arrays: EventCases[] = [
  {
    rule: "an array of objects is as if each were the value",
    source: readme("json-array-matching"),
    pattern: { employees: { firstName: ["Anna"] } },
    yes: [people("John Doe", "Anna Smith"), { employees: [[{ firstName: "John" }], [{ firstName: "Anna" }]] }],
    no: [people("John Doe"), { employees: ["Anna"] }, { employees: [] }],
  },
  {
    rule: "two fields from different elements of one array do not combine",
    source: readme("json-array-matching"),
    pattern: { employees: { firstName: ["Anna"], lastName: ["Jones"] } },
    yes: [people("Anna Jones"), people("Anna Smith", "Anna Jones"), people("Peter Jones", "Anna Jones")],
    no: [people("Anna Smith", "Peter Jones"), people("Peter Jones", "Anna Smith"), people("Anna Smith")],
  },
  {
    rule: "fields of two different arrays do combine",
    source: readme("json-array-matching"),
    pattern: { a: { x: [1] }, b: { y: [2] } },
    yes: [{ a: [{ x: 0 }, { x: 1 }], b: [{ y: 2 }, { y: 0 }] }],
    no: [{ a: [{ x: 0 }], b: [{ y: 2 }] }],
  },
  {
    rule: "in an array of arrays, the inner ones are different elements",
    source: readme("json-array-matching"),
    pattern: { a: { x: [1], y: [2] } },
    yes: [{ a: [[{ x: 1, y: 2 }]] }, { a: [[{ x: 1 }], [{ y: 2 }, { x: 1, y: 2 }]] }],
    no: [{ a: [[{ x: 1 }], [{ y: 2 }]] }, { a: [[{ x: 1 }, { y: 2 }]] }],
  },
  {
    rule: "a field beside an array combines with every element",
    source: readme("json-array-matching"),
    pattern: { id: ["i"], items: { sku: ["s"], n: [2] } },
    yes: [
      {
        id: "i",
        items: [
          { sku: "s", n: 1 },
          { sku: "s", n: 2 },
        ],
      },
    ],
    no: [
      {
        id: "i",
        items: [
          { sku: "s", n: 1 },
          { sku: "t", n: 2 },
        ],
      },
    ],
  },
  {
    rule: "arrays inside elements: the whole chain of elements must agree",
    source: engine("ArrayMembership", "checkArrayConsistency"),
    pattern: { o: { id: ["1"], lines: { sku: ["s"], tags: { k: ["t"] } } } },
    yes: [{ o: [{ id: "1", lines: [{ sku: "r" }, { sku: "s", tags: [{ k: "u" }, { k: "t" }] }] }] }],
    no: [
      {
        o: [
          {
            id: "1",
            lines: [
              { sku: "s", tags: [{ k: "u" }] },
              { sku: "r", tags: [{ k: "t" }] },
            ],
          },
        ],
      },
      {
        o: [
          { id: "1", lines: [{ sku: "s" }] },
          { id: "2", lines: [{ sku: "s", tags: [{ k: "t" }] }] },
        ],
      },
    ],
  },
  {
    rule: "a choice that fails later is taken back",
    source: engine("ACFinder", "every step from a state is tried"),
    pattern: { a: { x: ["x"], y: ["y"], z: ["z"] } },
    yes: [{ a: [{ x: "x" }, { x: "x", y: "y" }, { x: "x", y: ["n", "y"], z: "z" }] }],
    no: [
      {
        a: [
          { x: "x", y: "y" },
          { x: "x", z: "z" },
          { y: "y", z: "z" },
        ],
      },
    ],
  },
  {
    rule: "plain values of an array lie in no element: they combine with each other and with elements",
    source: engine("Event", "only objects and arrays in an array have a place in it"),
    pattern: { a: ["v"], "a.x": [1] },
    yes: [{ a: ["v", { x: 1 }] }, { a: [{ x: 1 }, "v"] }],
    no: [{ a: [{ x: 1 }, ["v"]] }, { a: ["v"] }, { a: [{ x: 1 }] }],
  },
  {
    rule: "$or over array fields: each combination is consistent by itself",
    source: readme("json-array-matching"),
    pattern: { a: { x: [1], $or: [{ y: [2] }, { z: [3] }] } },
    yes: [
      { a: [{ x: 1, z: 3 }] },
      {
        a: [
          { x: 0, y: 2 },
          { x: 1, y: 2 },
        ],
      },
    ],
    no: [{ a: [{ x: 1 }, { y: 2, z: 3 }] }],
  },
  {
    rule: "exists: false after a field of an element looks at that element only",
    source: engine("NameState", "absence considers fields that agree with the elements chosen so far"),
    pattern: { a: { x: [1], y: [{ exists: false }] } },
    yes: [{ a: [{ x: 1 }, { x: 2, y: 3 }] }, { a: [{ y: 3 }, { x: 1 }] }, { a: { x: 1 } }],
    no: [{ a: [{ x: 1, y: 3 }] }, { a: [{ x: 1, y: null }, { y: 3 }] }, { a: { x: 1, y: 1 } }],
  },
  {
    rule: "exists: false before the fields of an element looks at all elements",
    source: engine("ACFinder", "fields are taken in ascending order of name"),
    pattern: { a: { x: [{ exists: false }], y: [1] } },
    yes: [{ a: [{ y: 1 }] }],
    no: [{ a: [{ y: 1 }, { x: 2 }] }, { a: [{ x: 2 }, { y: 1 }] }],
  },
  {
    rule: "exists: false on its own looks at all elements",
    source: readme("exists-matching"),
    pattern: { a: { x: [{ exists: false }] } },
    yes: [{ a: [{ y: 1 }] }, { a: [] }, {}, { a: [1, "x"] }],
    no: [{ a: [{ y: 1 }, { x: 1 }] }, { a: [[{ x: null }]] }],
  },
  {
    rule: "exists: true for two fields of one element",
    source: readme("json-array-matching"),
    pattern: { d: { a: [{ exists: true }], b: [{ exists: true }] } },
    yes: [{ d: { a: 1, b: 2 } }, { d: [{ a: 1 }, { a: 3, b: 4 }] }],
    no: [{ d: [{ a: 1 }, { b: 2 }] }, { d: { a: 1 } }],
  },
  {
    rule: "a path spelled in two ways: values outside the array combine with every element",
    source: readme("json-array-matching"),
    pattern: { a: { x: [1], y: [2] } },
    yes: [
      { a: [{ x: 1 }], "a.y": 2 },
      { "a.x": 1, a: [{ y: 2 }, { x: 0 }] },
    ],
    no: [{ a: [{ x: 1 }, { y: 2 }], "a.y": 3 }],
  },
];

export const EVENT_CASES: readonly EventCases[] = [...fields, ...numbers, ...or, ...arrays];
