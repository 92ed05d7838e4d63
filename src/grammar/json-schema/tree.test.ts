import assert from "node:assert/strict";
import { type Node, parseTree } from "jsonc-parser";
import { MAX_DEPTH, readTree, type SchemaNode } from "./tree.ts";

describe("readTree", () => {
  /// Equal to the library's tree: types, values and places.
  const same = (a: SchemaNode, b: Node): void => {
    assert.deepEqual([a.type, a.offset, a.length], [b.type, b.offset, b.length]);
    if (b.children === undefined) assert.deepEqual(a.value, b.value);
    assert.equal(a.children?.length, b.children?.length);
    a.children?.forEach((child, i) => {
      assert.equal(child.parent, a);
      same(child, b.children![i]!);
    });
  };
  const check = (text: string) =>
    it(`reads ${text}`, () => {
      const { root, errors } = readTree(text);
      assert.deepEqual(errors, []);
      same(root!, parseTree(text)!);
    });
  check("null");
  check(" true\n");
  check("-12.5e+3");
  check('"a"');
  check("[]");
  check('{ "a" : [ 1 , { } , "b,:]}" ] , "" : { "c":[[false]] } }');
  check('["\\\\", "\\"", "a\\\\\\"b", "\\u00e9\\n", "]\\\\", ""]');
  check('{"\\"":{"a\\\\":0},"b":"\\\\\\\\"}');
  check('{"a":1,"a":[2]}');

  const refused = (text: string, ...offsets: number[]) =>
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.deepEqual(
        readTree(text).errors.map(({ offset }) => offset),
        offsets,
      );
    });
  refused("[1,]", 3);
  refused("{} //", 3);
  refused("", 0);

  const deep = (text: string, at: number | undefined) =>
    it(`says where ${text.slice(0, 3)}… of ${text.length} characters is too deep`, () => {
      assert.equal(readTree(text).tooDeepAt, at);
    });
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  deep(nested(MAX_DEPTH), undefined);
  deep(nested(MAX_DEPTH + 1), MAX_DEPTH);
  deep(`["["${nested(MAX_DEPTH).replace("[", ",[")}]`, MAX_DEPTH + 4);
  deep("[".repeat(MAX_DEPTH + 1), MAX_DEPTH);

  const named = (text: string, expected: boolean) =>
    it(`${expected ? "finds" : "finds no"} name of a schema in ${text}`, () => {
      assert.equal(readTree(text).root!.hasNames, expected);
    });
  named('{"a":[{"$id":"x"}]}', true);
  named('{"id":{"a":1}}', false);
  named('{"a":"$id"}', false);
});
