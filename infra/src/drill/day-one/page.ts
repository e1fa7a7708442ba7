import { block } from "./transcript.ts";

/** Commands that the page shows beside those of the README. */
export const CLONE = "git clone https://github.com/shop/millrace && cd millrace";
export const ADMIN_TOKEN = "export SNOWFLAKE_ADMIN_TOKEN=…   # programmatic access token of an ACCOUNTADMIN";

/** Output of the commands of day one, as {@link shownLines} shows it. */
export interface DayOne {
  /** The commands of the README, in its order. */
  readonly commands: readonly [bootstrap: string, doctor: string, deploy: string];
  readonly bootstrap: readonly string[];
  readonly doctor: readonly string[];
  readonly deploy: readonly string[];
  /** `doctor` where something is missing, and `bootstrap` once more. */
  readonly doctorMissing: readonly string[];
  readonly bootstrapAgain: readonly string[];
}

/** The parts that need nothing but Node: a test holds the page to them. */
export const checkedBlocks = ({ commands, ...day }: Omit<DayOne, "deploy">): readonly string[] => [
  block([ADMIN_TOKEN, commands[0]], day.bootstrap),
  block([commands[1]], day.doctor),
  block([commands[1]], day.doctorMissing),
  block([commands[0]], day.bootstrapAgain),
];

/** docs/day-one.md */
export function dayOnePage(day: DayOne): string {
  const [bootstrap, doctor, doctorMissing, bootstrapAgain] = checkedBlocks(day);
  return `${[
    "# Day one",
    `<!-- Written by "pnpm --filter @millrace/infra run drill-day-one --write"; the same command without --write, a step of
CI, holds the page to what happens: an empty folder, these commands, the real AWS command line against moto, a real
Terraform against stand-in providers, and stand-ins of EKS, Kubernetes and Snowflake. Long lines are cut, keys are left
out, "…" stands for what Terraform prints of each resource. -->`,
    `An environment is one file, \`infra/src/environments/dev.ts\`: put your account, cluster, certificate and host
there and commit it. Terraform, the \`aws\` program and docker or skopeo have to be on the path.`,
    block([CLONE], []),
    "`bootstrap` makes what is missing. It prints each command before it runs it.",
    bootstrap,
    `\`github.sh\` sets GitHub's environments up by the \`gh\` program; from then on a merge to main deploys
([0092](decisions/0092-plan-approve-then-apply.md)).`,
    "`doctor` looks at everything at once and changes nothing. The missing parts come with the first deployment.",
    doctor,
    `\`deploy\` synthesizes, finds the image of the commit (here it was pushed before; else it builds and pushes it),
plans, shows the plan, asks, applies, and releases the functions. Terraform logs in to Snowflake with the key that
\`bootstrap\` made.`,
    block([day.commands[2]], day.deploy),
    "## When something is missing",
    `Somebody deleted a secret, an access entry, a grant and the policy of the state's bucket, suspended its versions and
let tags of images move. The cluster lost its arm64 nodes, its metrics-server and a tag. \`doctor\` tells what keeps a
deployment from working, all at once, each with its cure, and exits 1.`,
    doctorMissing,
    "`bootstrap` makes again what is its own, and leaves the rest as it is.",
    bootstrapAgain,
  ].join("\n\n")}\n`;
}
