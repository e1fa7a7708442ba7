import { expect, test } from "@jest/globals";
import { checkDiagrams } from "../../src/index.ts";

function faultsOf(diagram: string) {
  const text = `# Page\n\n\`\`\`mermaid\n${diagram}\n\`\`\`\n`;
  return checkDiagrams([{ path: "docs/a.md", text }]).map(({ line, code }) => `${line} ${code}`);
}

test.each([
  ["states", "stateDiagram-v2\n    [*] --> Ready: room\n    Ready --> [*]"],
  [
    "a sequence",
    "sequenceDiagram\n    participant I as ingest\n    alt full\n    I->>K: PutRecords\n    K-->>I: 200\n    end",
  ],
  ["a flow", 'flowchart LR\n    ingest["the event service"] -->|"records"| raw --> enrichment'],
])("takes %s", (_, diagram) => {
  expect(faultsOf(diagram)).toEqual([]);
});

test.each([
  ["an unknown kind", "stateDiagram-v3\n    a --> b", "4 diagram"],
  ["an arrow that does not exist", "stateDiagram-v2\n    a -> b", "5 diagram"],
  ["a message without text", "sequenceDiagram\n    a->>b", "5 diagram"],
  ["a text that a semicolon ends", "sequenceDiagram\n    a->>b: one; two", "5 diagram"],
  ["a block without end", "sequenceDiagram\n    loop again\n    a->>b: one", "4 diagram"],
  ["an end without block", "sequenceDiagram\n    a->>b: one\n    end", "6 diagram"],
  ["a state named like a word of Mermaid", "stateDiagram-v2\n    end --> b", "5 diagram"],
])("refuses %s", (_, diagram, fault) => {
  expect(faultsOf(diagram)).toEqual([fault]);
});
