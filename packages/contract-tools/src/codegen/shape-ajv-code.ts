import { parse } from "acorn";
import type { CallExpression, Expression, Node, ObjectExpression, Statement } from "acorn";
import { ancestor } from "acorn-walk";

/** Meaning of the names that a function of Ajv uses. */
export interface AjvNames {
  /** `Object.prototype.hasOwnProperty`. */
  readonly ownPropertyTest: string | undefined;
  /**
   * Gives the constant for a part of the schema that the function refers to.
   *
   * @param text the steps as the code has them
   */
  readonly constantOf: (schemaName: string, steps: readonly (string | number)[], text: string) => string | undefined;
  /** Gives an expression that is true if another one, a name, is a property of a part of the schema. */
  readonly isNameIn: (
    name: string,
    schemaName: string,
    steps: readonly (string | number)[],
    text: string,
  ) => string | undefined;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Rewrites a function that Ajv generated: errors go to `runtime.add`, lists of the schema become constants, names of
 * properties are compared, and evaluated properties are guarded. Everything else is left as it is, texts above all.
 *
 * @throws when the code adds errors in a way that is not known here
 */
export function shapeAjvCode(code: string, names: AjvNames): string {
  const edits: Edit[] = [];
  const source = ({ start, end }: Node): string => code.slice(start, end);
  /** Where errors are added, and which of these places are rewritten. */
  const additions: Node[] = [];
  const rewritten: Node[] = [];

  function shapeErrors(statements: readonly Statement[]): void {
    for (const [index, declaration] of statements.entries()) {
      const condition = statements[index + 1];
      const error = errorOf(declaration);
      if (error === undefined || condition?.type !== "IfStatement") continue;
      rewritten.push(condition);
      const { instancePath, schemaPath, keyword, params } = membersOf(error);
      if (error.properties.length === 0) {
        // Inside `if` and `not` Ajv counts errors that are never reported.
        const nothing = 'vErrors = runtime.add(vErrors, "", "", {});';
        edits.push({ start: declaration.start, end: condition.end, text: nothing });
      } else if (instancePath && schemaPath && keyword && params) {
        // Message and keyword follow from the rest, mostly: half of the code.
        const path = JSON.parse(source(schemaPath)) as string;
        const isLastStep = path.endsWith(`/${JSON.parse(source(keyword)) as string}`);
        edits.push(
          { start: declaration.start, end: instancePath.start, text: "vErrors = runtime.add(vErrors, " },
          { start: instancePath.end, end: schemaPath.start, text: ", " },
          { start: schemaPath.end, end: params.start, text: ", " },
          { start: params.end, end: condition.end, text: `${isLastStep ? "" : `, ${source(keyword)}`});` },
        );
      }
    }
  }

  /** The name in `hasOwnProperty.call(object, name)`. */
  function nameAskedFor(call: Expression | undefined): Node | undefined {
    if (call?.type !== "CallExpression" || call.callee.type !== "MemberExpression") return undefined;
    return isNamed(call.callee.object, names.ownPropertyTest) ? call.arguments[1] : undefined;
  }

  const program = parse(code, {
    ecmaVersion: "latest",
    // A comment names a file that there is not.
    onComment: (_isBlock, _text, start, end) => edits.push({ start, end: end + Number(code[end] === ";"), text: "" }),
  });
  ancestor(program, {
    BlockStatement: ({ body }) => shapeErrors(body),
    CallExpression(call) {
      if (isPush(call)) additions.push(call);
    },
    AssignmentExpression(assignment) {
      const { left, right } = assignment;
      if (isNamed(left, "vErrors") && right.type === "ArrayExpression") additions.push(assignment);
      // The names that a `$ref` has evaluated are unknown when its schema refuses the value, and `true` when they are
      // all; Ajv's code for `patternProperties` beside it takes an object for granted, and throws.
      if (left.type !== "MemberExpression" || !left.computed || source(right) !== "true") return;
      if (left.object.type !== "Identifier" || !/^props\d+$/.test(left.object.name)) return;
      const props = left.object.name;
      edits.push(
        { start: assignment.start, end: assignment.start, text: `if(${props} !== true){${props} = ${props} || {};` },
        { start: assignment.end, end: assignment.end + 1, text: ";}" },
      );
    },
    Identifier(identifier, _, ancestors) {
      const { steps, end, parent } = stepsFrom(ancestors as Expression[]);
      const text = code.slice(identifier.end, end);
      const name = nameAskedFor(parent);
      if (parent !== undefined && name !== undefined) {
        const comparison = names.isNameIn(source(name), identifier.name, steps, text);
        if (comparison !== undefined) edits.push({ start: parent.start, end: parent.end, text: comparison });
        return;
      }
      const constant = names.constantOf(identifier.name, steps, text);
      if (constant !== undefined) edits.push({ start: identifier.start, end, text: constant });
    },
  });

  const unknown = additions.find(({ start }) => !rewritten.some((each) => each.start <= start && start < each.end));
  if (unknown !== undefined) {
    throw new Error(
      `Ajv's code adds errors in a way that is not known here (${source(unknown)}): see shape-ajv-code.ts.`,
    );
  }
  return apply(code, edits);
}

/** The object of `const err0 = {…}`. */
function errorOf(statement: Statement): ObjectExpression | undefined {
  if (statement.type !== "VariableDeclaration") return undefined;
  const [declarator] = statement.declarations;
  const { id, init } = declarator ?? {};
  return id?.type === "Identifier" && /^err\d+$/.test(id.name) && init?.type === "ObjectExpression" ? init : undefined;
}

function membersOf({ properties }: ObjectExpression): Partial<Record<string, Expression>> {
  return Object.fromEntries(
    properties.flatMap((property) =>
      property.type === "Property" && property.key.type === "Identifier" ? [[property.key.name, property.value]] : [],
    ),
  );
}

function isPush({ callee }: CallExpression): boolean {
  return callee.type === "MemberExpression" && isNamed(callee.object, "vErrors") && isNamed(callee.property, "push");
}

function isNamed(node: Node, name: string | undefined): boolean {
  return node.type === "Identifier" && (node as Node & { name: string }).name === name;
}

/** The steps that are taken from an identifier, as far as they are known when the code is written. */
function stepsFrom(ancestors: readonly Expression[]): {
  readonly steps: readonly (string | number)[];
  readonly end: number;
  /** The node around the last step. */
  readonly parent: Expression | undefined;
} {
  const steps: (string | number)[] = [];
  let at = ancestors.length - 1;
  for (; at > 0; at -= 1) {
    const parent = ancestors[at - 1];
    if (parent?.type !== "MemberExpression" || parent.object !== ancestors[at]) break;
    const { property, computed } = parent;
    if (!computed && property.type === "Identifier") steps.push(property.name);
    else if (property.type === "Literal" && typeof property.value !== "object") steps.push(property.value as string);
    else break;
  }
  return { steps, end: ancestors[at]?.end ?? 0, parent: ancestors[at - 1] };
}

/** Edits do not overlap. */
function apply(code: string, edits: readonly Edit[]): string {
  let text = "";
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    text += code.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return text + code.slice(at);
}
