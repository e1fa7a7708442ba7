import { OptionError } from "../options.ts";

/** Gives the value of a metric by its id; undefined where there is none. */
export type Lookup = (id: string) => number | undefined;
/** A compiled expression: its value in one period, or undefined where it has none. */
export type MetricExpression = (lookup: Lookup) => number | undefined;

const token = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z]\w*)|(==|!=|<=|>=|&&|\|\||[-+*/(),<>]))/y;

type Operator = (left: number, right: number) => number | undefined;

/** By precedence, the weakest first. A comparison is 1 where it holds and 0 where not. */
const levels: readonly Readonly<Record<string, Operator>>[] = [
  { OR: (left, right) => truth(left !== 0 || right !== 0), "||": (left, right) => truth(left !== 0 || right !== 0) },
  { AND: (left, right) => truth(left !== 0 && right !== 0), "&&": (left, right) => truth(left !== 0 && right !== 0) },
  {
    "==": (left, right) => truth(left === right),
    "!=": (left, right) => truth(left !== right),
    "<=": (left, right) => truth(left <= right),
    ">=": (left, right) => truth(left >= right),
    "<": (left, right) => truth(left < right),
    ">": (left, right) => truth(left > right),
  },
  { "+": (left, right) => left + right, "-": (left, right) => left - right },
  { "*": (left, right) => left * right, "/": (left, right) => (right === 0 ? undefined : left / right) },
];

const truth = (holds: boolean): number => (holds ? 1 : 0);

/**
 * Compiles an expression of CloudWatch's metric math over metrics of one period: numbers, ids, `+ - * /`, comparisons,
 * `AND`, `OR`, `IF(condition, then, else)` and `FILL(id, number)`. An operation on a missing value has no result, and
 * neither has a division by zero.
 *
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 *
 * @throws OptionError for a part that is not modelled, with its place
 */
export function compileMetricMath(text: string): MetricExpression {
  return new Parser(text).parse();
}

class Parser {
  readonly #text: string;
  readonly #tokens: { readonly word: string; readonly at: number }[] = [];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    token.lastIndex = 0;
    let at = 0;
    while (at < text.trimEnd().length) {
      const match = token.exec(text);
      if (match === null) this.#refuse("a number, an id or an operator", at);
      const word = match[1] ?? match[2] ?? match[3] ?? "";
      at = token.lastIndex;
      this.#tokens.push({ word, at: at - word.length });
    }
  }

  parse(): MetricExpression {
    const expression = this.#level(0);
    if (this.#peek() !== undefined) this.#refuse("the end");
    return expression;
  }

  #level(level: number): MetricExpression {
    const operators = levels[level];
    if (operators === undefined) return this.#operand();
    let left = this.#level(level + 1);
    for (;;) {
      const operator = operators[this.#peek() ?? ""];
      if (operator === undefined) return left;
      this.#next += 1;
      left = combine(left, operator, this.#level(level + 1));
    }
  }

  #operand(): MetricExpression {
    const word = this.#take("a number, an id or (");
    if (word === "(") {
      const inner = this.#level(0);
      this.#expect(")");
      return inner;
    }
    if (word === "IF") return this.#condition();
    if (word === "FILL") return this.#fill();
    if (/^\d/.test(word)) {
      const value = Number(word);
      return () => value;
    }
    if (!/^[a-z]/.test(word)) this.#refuse("IF, FILL or the id of a metric", this.#tokens[this.#next - 1]?.at);
    return (lookup) => lookup(word);
  }

  #condition(): MetricExpression {
    this.#expect("(");
    const condition = this.#level(0);
    this.#expect(",");
    const then = this.#level(0);
    this.#expect(",");
    const otherwise = this.#level(0);
    this.#expect(")");
    return (lookup) => {
      const holds = condition(lookup);
      if (holds === undefined) return undefined;
      return holds === 0 ? otherwise(lookup) : then(lookup);
    };
  }

  #fill(): MetricExpression {
    this.#expect("(");
    const metric = this.#level(0);
    this.#expect(",");
    const filler = Number(this.#peek());
    if (Number.isNaN(filler)) this.#refuse("a number to fill with (REPEAT and LINEAR are not modelled)");
    this.#next += 1;
    this.#expect(")");
    return (lookup) => metric(lookup) ?? filler;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#next]?.word;
  }

  #take(expected: string): string {
    const word = this.#peek();
    if (word === undefined) this.#refuse(expected);
    this.#next += 1;
    return word;
  }

  #expect(word: string): void {
    if (this.#peek() !== word) this.#refuse(word);
    this.#next += 1;
  }

  #refuse(expected: string, at = this.#tokens[this.#next]?.at ?? this.#text.length): never {
    throw new OptionError("expression", `metric math with ${expected} at character ${at + 1}`, this.#text);
  }
}

function combine(left: MetricExpression, operator: Operator, right: MetricExpression): MetricExpression {
  return (lookup) => {
    const one = left(lookup);
    const other = right(lookup);
    return one === undefined || other === undefined ? undefined : operator(one, other);
  };
}
