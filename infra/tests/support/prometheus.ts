import { parser } from "@prometheus-io/lezer-promql";

type SyntaxNode = ReturnType<typeof parser.parse>["topNode"];
type Labels = Readonly<Record<string, string>>;
type Vector = readonly { readonly labels: Labels; readonly value: number }[];

interface Series {
  readonly name: string;
  readonly labels: Labels;
  readonly samples: { readonly atSeconds: number; readonly value: number }[];
}

/** A series without a sample for so long is gone: https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness */
const STALE_SECONDS = 300;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * Prometheus as far as the alerts of this stack use it: it keeps scraped samples and evaluates PromQL of sums, rates,
 * increases, absence, arithmetic, comparisons and `and`. Anything else is an error.
 */
export class Prometheus {
  readonly #series = new Map<string, Series>();

  /** Takes what a target exports as text, with the labels that scraping adds. */
  scrape(text: string, added: Labels, atSeconds: number): void {
    for (const [, name = "", own = "", value = ""] of text.matchAll(/^([a-z_]+)(?:\{(.*)\})? (\S+)$/gm)) {
      const labels: Record<string, string> = { ...added };
      for (const [, label = "", of = ""] of own.matchAll(/(\w+)="([^"]*)"/g)) labels[label] = of;
      const key = `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
      const series = this.#series.get(key) ?? { name, labels, samples: [] };
      this.#series.set(key, series);
      series.samples.push({ atSeconds, value: Number(value) });
    }
  }

  /** @throws Error for PromQL that is not modelled */
  evaluate(expression: string, atSeconds: number): Vector {
    const root = parser.configure({ strict: true }).parse(expression).topNode.firstChild;
    if (root === null) throw new Error("The expression is empty.");
    const value = this.#value(root, expression, atSeconds);
    return typeof value === "number" ? [{ labels: {}, value }] : value;
  }

  #value(node: SyntaxNode, text: string, at: number): number | Vector {
    const own = text.slice(node.from, node.to);
    switch (node.name) {
      case "NumberDurationLiteral":
        return Number(own);
      case "VectorSelector":
        return this.#select(node, text).flatMap(({ labels, samples }) => {
          const last = samples.findLast(({ atSeconds }) => atSeconds <= at);
          return last === undefined || at - last.atSeconds > STALE_SECONDS ? [] : [{ labels, value: last.value }];
        });
      case "AggregateExpr": {
        if (node.firstChild?.firstChild?.name !== "Sum") throw new Error(`${own} is not modelled.`);
        const values = this.#vector(argumentOf(node), text, at);
        return values.length === 0 ? [] : [{ labels: {}, value: values.reduce((sum, { value }) => sum + value, 0) }];
      }
      case "FunctionCall": {
        const name = node.firstChild?.firstChild?.name;
        const argument = argumentOf(node);
        if (name === "Rate" || name === "Increase") return this.#increase(argument, text, at, name === "Rate");
        if (name !== "Absent") throw new Error(`${own} is not modelled.`);
        return this.#vector(argument, text, at).length === 0 ? [{ labels: {}, value: 1 }] : [];
      }
      case "BinaryExpr":
        return this.#binary(node, text, at);
      default:
        throw new Error(`${node.name} is not modelled: ${own}`);
    }
  }

  #vector(node: SyntaxNode, text: string, at: number): Vector {
    const value = this.#value(node, text, at);
    if (typeof value === "number") throw new Error(`Expected a vector, got ${value}.`);
    return value;
  }

  #binary(node: SyntaxNode, text: string, at: number): number | Vector {
    const [left, operator, right] = [node.firstChild, node.firstChild?.nextSibling, node.lastChild];
    if (left === null || operator === null || operator === undefined || right === null) throw new Error("No operator.");
    const [one, other] = [this.#value(left, text, at), this.#value(right, text, at)];
    if (operator.name === "And") {
      if (typeof one === "number" || typeof other === "number") throw new Error("`and` takes vectors.");
      return one.filter(({ labels }) => other.some((each) => isSame(each.labels, labels)));
    }
    const calculate = arithmetic[operator.name];
    const compares = comparisons[operator.name];
    if (calculate !== undefined) {
      if (typeof one === "number" && typeof other === "number") return calculate(one, other);
      if (typeof one === "number" && typeof other !== "number") {
        return other.map(({ labels, value }) => ({ labels, value: calculate(one, value) }));
      }
      if (typeof one === "number") throw new Error("Unreachable.");
      return one.flatMap(({ labels, value }) => {
        const by = typeof other === "number" ? other : other.find((each) => isSame(each.labels, labels))?.value;
        return by === undefined ? [] : [{ labels, value: calculate(value, by) }];
      });
    }
    if (compares === undefined || typeof one === "number" || typeof other !== "number") {
      throw new Error(`${text.slice(node.from, node.to)} is not modelled.`);
    }
    return one.filter(({ value }) => compares(value, other));
  }

  /** Over the samples of the window, extrapolated to all of it; a counter that fell began anew. */
  #increase(matrix: SyntaxNode, text: string, at: number, isRate: boolean): Vector {
    const selector = matrix.firstChild;
    const duration = text.slice(matrix.lastChild?.from, matrix.lastChild?.to);
    const [, count = "", unit = ""] = /^(\d+)([smhd])$/.exec(duration) ?? [];
    const windowSeconds = Number(count) * (SECONDS[unit] ?? Number.NaN);
    if (selector === null || !(windowSeconds > 0)) throw new Error(`${duration} is no duration that is modelled.`);
    return this.#select(selector, text).flatMap(({ labels, samples }) => {
      const seen = samples.filter(({ atSeconds }) => atSeconds > at - windowSeconds && atSeconds <= at);
      const [first, last] = [seen[0], seen.at(-1)];
      if (first === undefined || last === undefined || first === last) return [];
      let grown = 0;
      for (const [index, { value }] of seen.entries()) {
        const before = seen[index - 1]?.value ?? value;
        grown += value < before ? value : value - before;
      }
      const perSecond = grown / (last.atSeconds - first.atSeconds);
      return [{ labels, value: isRate ? perSecond : perSecond * windowSeconds }];
    });
  }

  #select(selector: SyntaxNode, text: string): readonly Series[] {
    const of = (node: SyntaxNode | null | undefined): string => text.slice(node?.from ?? 0, node?.to ?? 0);
    const name = of(selector.getChild("Identifier"));
    const matchers = selector.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? [];
    const wanted = matchers.map((matcher) => ({
      label: of(matcher.getChild("LabelName")),
      isRegex: of(matcher.getChild("MatchOp")) === "=~",
      value: JSON.parse(of(matcher.getChild("StringLiteral"))) as string,
    }));
    return [...this.#series.values()].filter(
      (series) =>
        series.name === name &&
        wanted.every(({ label, isRegex, value }) => {
          const found = series.labels[label] ?? "";
          return isRegex ? new RegExp(`^(?:${value})$`).test(found) : found === value;
        }),
    );
  }
}

const arithmetic: Readonly<Record<string, (one: number, other: number) => number>> = {
  Add: (one, other) => one + other,
  Sub: (one, other) => one - other,
  Mul: (one, other) => one * other,
  Div: (one, other) => one / other,
};
const comparisons: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  Gtr: (one, other) => one > other,
  Lss: (one, other) => one < other,
};

function argumentOf(call: SyntaxNode): SyntaxNode {
  const argument = call.getChild("FunctionCallBody")?.firstChild?.nextSibling;
  const only = call.getChild("FunctionCallBody")?.firstChild;
  const found = only?.name === "(" ? argument : only;
  if (found === null || found === undefined) throw new Error("A call without an argument is not modelled.");
  return found;
}

const isSame = (one: Labels, other: Labels): boolean => JSON.stringify(one) === JSON.stringify(other);
