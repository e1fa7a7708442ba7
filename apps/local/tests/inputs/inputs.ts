/** One input of the pipeline on one machine, and its right answer. */
export interface Input {
  readonly name: string;
  readonly input: string;
  readonly right: string;
  /** Script that shows it; without one, tests do that have the name in their title. */
  readonly script?: string;
}

export const inputs: readonly Input[] = [
  { name: "L1", input: "kill -9 of everything under load", right: "what was confirmed is in the view after a start" },
  { name: "L2", input: "a full disk", right: "503, nothing confirmed is lost", script: "full-disk" },
  { name: "L3", input: "--state of a folder with other content", right: "refused, left alone" },
  { name: "L4", input: "two starts on one folder at once", right: "the second is refused" },
  { name: "L5", input: "a run file with the id of another process", right: "no obstacle" },
  { name: "L6", input: "a port that is taken", right: "one line, exit code" },
  { name: "L7", input: "the service killed on the way to --exit", right: "started again, ends by itself" },
  { name: "L8", input: "a bundle that is cut off", right: "one line, exit code" },
  { name: "L9", input: "Ctrl-C while a query runs", right: "ends" },
  { name: "L10", input: "kill -9 of start", right: "no process is left" },
  { name: "L11", input: "kill -9 of the service", right: "started again, and told" },
  { name: "L12", input: "a steady rate for an hour", right: "memory and handles do not grow", script: "soak" },
  {
    name: "L13",
    input: "schema, route, code, shards changed",
    right: "taken over or refused",
    script: "bench:takeover",
  },
  { name: "L14", input: "a rate above what shards carry", right: "told, with the shards it needs" },
  { name: "L15", input: "50 events a second", right: "destination p99 < 1.5 s", script: "bench:speed --rates 50" },
  { name: "L16", input: "warehouse and tail with --state", right: "find the run" },
  { name: "L17", input: "a missing stream, undelivered events", right: "in the hop table, by their unit" },
  { name: "L18", input: "filter_criteria in the stack", right: "refused by name" },
  { name: "L19", input: "a stack elsewhere, without its bundles", right: "the documented error" },
  { name: "L20", input: "the greeting", right: "names region and credentials" },
];
