import { member, type SchemaNode } from "./document.ts";
import { ALL_NUMBERS, intersectNumbers, type NumberSet } from "./number-set.ts";
import { numberOf, type SchemaContext } from "./schema-context.ts";
import { decimal } from "./values/decimal.ts";
import { numberValue } from "./values/index.ts";
import { multiples } from "./values/multiples.ts";

/// The numbers that `minimum`, `maximum`, their exclusive forms and `multipleOf` leave; undefined: none.
export function readNumbers(cx: SchemaContext, schema: SchemaNode): NumberSet | undefined {
  let set: NumberSet | undefined = ALL_NUMBERS;
  const narrow = (by: Partial<NumberSet>): void => {
    set = set && intersectNumbers(set, { ...ALL_NUMBERS, ...by });
  };
  const bound = (keyword: "minimum" | "maximum", exclusive: "exclusiveMinimum" | "exclusiveMaximum") => {
    const limit = numberOf(cx, keyword, member(schema, keyword));
    const open = member(schema, exclusive);
    // Draft 4: a flag that makes the other keyword exclusive.
    const isOpen = open?.type === "boolean" && open.value === true;
    if (limit !== undefined) narrow({ [isOpen ? exclusive : keyword]: decimal(limit)! });
    if (open === undefined || open.type === "boolean") return;
    const openLimit = numberOf(cx, exclusive, open);
    if (openLimit !== undefined) narrow({ [exclusive]: decimal(openLimit)! });
  };
  bound("minimum", "exclusiveMinimum");
  bound("maximum", "exclusiveMaximum");
  const step = member(schema, "multipleOf");
  const multipleOf = numberOf(cx, "multipleOf", step);
  if (step !== undefined && multipleOf !== undefined) {
    const value = numberValue({ integer: false, multipleOf });
    if (!(decimal(multipleOf)!.unscaled > 0n))
      cx.report.error(
        "schema-invalid",
        step,
        "multipleOf must be more than 0",
        "correct the keyword's value",
      );
    else if ("problem" in value && multiples(multipleOf) === undefined)
      cx.report.unsupported("multipleOf", step, value.problem, "use a smaller step");
    else narrow({ multipleOf: [multipleOf] });
  }
  return set;
}
