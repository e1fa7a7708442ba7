/** Sites that are known, by host. */
export interface ReferrerRule {
  readonly name: string;
  readonly channel: string;
  /** `example.com` stands for itself and its subdomains; `google.*` for every public suffix of up to two labels. */
  readonly hosts: readonly string[];
  /** Only below this path. */
  readonly path?: string;
}

/** Finds the rule of a host: the longest matching host wins, and with equal ones the first. */
export function createReferrerRules(
  rules: readonly ReferrerRule[],
): (host: string, path: string) => ReferrerRule | undefined {
  const exact = new Map<string, ReferrerRule[]>();
  for (const rule of rules) for (const host of rule.hosts) exact.set(host, [...(exact.get(host) ?? []), rule]);

  return (host, path) => {
    const labels = host.toLowerCase().replace(/\.$/u, "").split(".");
    for (let from = 0; from < labels.length; from++) {
      for (const name of namesFrom(labels, from)) {
        const rule = exact.get(name)?.find((candidate) => path.startsWith(candidate.path ?? "/"));
        if (rule !== undefined) return rule;
      }
    }
    return undefined;
  };
}

/** `www.google.co.uk` from 1: `google.co.uk`, then `google.*` as its suffix has two labels. */
function namesFrom(labels: readonly string[], from: number): string[] {
  const rest = labels.slice(from);
  const isWithinSuffix = rest.length === 2 || (rest.length === 3 && (rest[1]?.length ?? 0) <= 3);
  return isWithinSuffix ? [rest.join("."), `${rest[0] ?? ""}.*`] : [rest.join(".")];
}
