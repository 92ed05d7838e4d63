import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import type { CompiledGrammar } from "../../src/engine/engine.ts";
import { KernelEngine } from "../../src/engine/kernel/engine.ts";
import { parseJsonSchema } from "../../src/grammar/json-schema/json-schema.ts";
import { byteVocabulary } from "../../src/service/byte-vocabulary.ts";

const root = process.env.TOKENSIEVE_ROOT ?? "./";
const engine = new KernelEngine({ wasm: readFileSync(`${root}out/kernel/kernel.wasm`) });
const ajv = new Ajv2020({ strict: false });

const KEYS = ["a", "b", "c"];
const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 3 });

const { schema } = fc.letrec<{ schema: object | boolean; leaf: object }>((tie) => ({
  leaf: fc.oneof(
    fc.constantFrom<object[]>(
      { type: "integer" },
      { type: "string" },
      { type: "boolean" },
      { type: ["null", "integer"] },
      { enum: ["p"] },
      { enum: ["q", 1] },
      { const: "p" },
      { type: "integer", multipleOf: 3 },
      { type: "number", minimum: 2 },
      { type: "string", maxLength: 1 },
      { pattern: "^x" },
      { required: ["a"] },
      { maxItems: 1 },
    ),
  ),
  schema: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    tie("leaf"),
    fc.record(
      {
        type: fc.constantFrom("object", "array"),
        properties: fc.dictionary(fc.constantFrom(...KEYS), tie("schema"), { maxKeys: 3 }),
        required: fc.uniqueArray(fc.constantFrom(...KEYS), { maxLength: 2 }),
        additionalProperties: fc.oneof(fc.constant(false), tie("leaf")),
        patternProperties: fc.dictionary(fc.constantFrom("^a", "c$"), tie("leaf"), { maxKeys: 1 }),
        propertyNames: fc.constantFrom({ pattern: "^[abc]$" }, { enum: ["a", "c"] }),
      },
      { requiredKeys: [] },
    ),
    // Not with contains: ajv then takes empty arrays.
    fc.record(
      { items: tie("leaf"), prefixItems: some(tie("leaf")), minItems: fc.nat(2) },
      { requiredKeys: [] },
    ),
    fc.record(
      { items: tie("leaf"), contains: tie("leaf"), maxItems: fc.integer({ min: 1, max: 3 }) },
      { requiredKeys: [] },
    ),
    fc.record(
      { items: tie("leaf"), contains: tie("leaf"), minContains: fc.nat(2), maxContains: fc.nat(2) },
      { requiredKeys: ["contains"] },
    ),
    fc.record(
      {
        properties: fc.dictionary(fc.constantFrom(...KEYS), tie("schema"), { maxKeys: 2 }),
        anyOf: some(tie("schema")),
        oneOf: some(tie("schema")),
        // Members that a condition looks at count for ajv even where it does not hold.
        if: tie("leaf"),
        // biome-ignore lint/suspicious/noThenProperty: the keyword of that name
        then: tie("schema"),
        else: tie("schema"),
        unevaluatedProperties: fc.oneof(fc.constant(false), tie("leaf")),
      },
      { requiredKeys: ["unevaluatedProperties"] },
    ),
    fc.record({ oneOf: some(tie("schema")) }),
    fc.record({ anyOf: some(tie("schema")) }),
    fc.record({ allOf: some(tie("schema")) }),
    fc.record({ not: tie("schema") }),
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    fc.record({ if: tie("schema"), then: tie("schema"), else: tie("schema") }, { requiredKeys: ["if"] }),
    fc.record({ dependentRequired: fc.constantFrom({ a: ["b"] }, { b: ["a", "c"] }) }),
  ),
})) as { schema: fc.Arbitrary<object> };

const scalar = fc.constantFrom<unknown[]>(null, true, 0, 1, 3, 2.5, -6, "p", "q", "x", "xy", "");
const { value: instance } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    scalar,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS, "z"), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

function accepts(grammar: CompiledGrammar, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  const matcher = grammar.createMatcher();
  const accepted = matcher.acceptBytes(bytes) === bytes.length && matcher.isAccepting();
  matcher.dispose();
  return accepted;
}

describe("JSON Schema: combinations against ajv", () => {
  it("takes exactly the valid instances of random schemas, or says that it cannot", async function () {
    this.timeout(300_000);
    let compiled = 0;
    let refused = 0;
    const property = fc.asyncProperty(
      schema,
      fc.array(instance, { minLength: 25, maxLength: 25 }),
      async (tested, instances) => {
        const source = { kind: "json-schema", text: JSON.stringify(tested), propertyOrder: "any" } as const;
        const { grammar, diagnostics } = parseJsonSchema(source);
        const validate = ajv.compile(tested);
        if (grammar === undefined) {
          const codes = diagnostics.filter((d) => d.severity === "error").map((d) => d.code);
          refused++;
          assert.ok(codes.every((code) => code === "schema-unsupported-keyword" || code === "schema-empty"));
          if (codes.includes("schema-empty"))
            for (const value of instances) assert.ok(!validate(value), JSON.stringify(value));
          return;
        }
        const result = await engine.compileGrammar(grammar, source, byteVocabulary());
        if (!result.ok) {
          assert.deepEqual(
            result.diagnostics.filter((d) => d.severity === "error").map((d) => d.code),
            ["schema-empty"],
          );
          for (const value of instances) assert.ok(!validate(value), JSON.stringify(value));
          return;
        }
        compiled++;
        for (const value of instances) {
          const text = JSON.stringify(value);
          assert.equal(accepts(result.grammar, text), validate(value), text);
        }
        result.grammar.dispose();
      },
    );
    await fc.assert(property, { numRuns: Number(process.env.TOKENSIEVE_RUNS ?? 100) });
    assert.ok(compiled > 4 * refused, `${compiled} compiled, ${refused} refused`);
  });
});
