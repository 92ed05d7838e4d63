import { type Node, type ParseError, visit } from "jsonc-parser";

/// A node of a JSON text.
export interface SchemaNode extends Node {
  parent?: SchemaNode;
  children?: SchemaNode[];
  /// What `members` found.
  memberMap?: ReadonlyMap<string, Member>;
  /// Whether it, or a node in it, has a member that can name a schema; absent: unknown.
  hasNames?: boolean;
}

export interface Member {
  readonly name: string;
  readonly key: SchemaNode;
  readonly value: SchemaNode;
}

/// Members whose strings name the schema they are in.
const NAMING = new Set(["$id", "id", "$anchor", "$dynamicAnchor"]);

// The library's own tree has nodes of many shapes, and what walks it pays for that at every step.
class TreeNode implements SchemaNode {
  readonly type: Node["type"];
  readonly offset: number;
  length: number;
  readonly parent?: TreeNode;
  readonly value: unknown;
  readonly children?: TreeNode[];
  memberMap?: ReadonlyMap<string, Member>;
  hasNames = false;

  constructor(
    type: Node["type"],
    offset: number,
    length: number,
    parent: TreeNode | undefined,
    value: unknown,
    children: TreeNode[] | undefined,
  ) {
    this.type = type;
    this.offset = offset;
    this.length = length;
    if (parent !== undefined) this.parent = parent;
    this.value = value;
    if (children !== undefined) this.children = children;
  }
}

/// Reads a strict JSON text. The tree is of use only if there are no errors.
export function readTree(text: string): {
  readonly root: SchemaNode | undefined;
  readonly errors: ParseError[];
} {
  const errors: ParseError[] = [];
  let root: TreeNode | undefined;
  /// The object, array or property that is open.
  let open: TreeNode | undefined;
  const add = (type: Node["type"], offset: number, length: number, value: unknown, children?: TreeNode[]) => {
    const node = new TreeNode(type, offset, length, open, value, children);
    if (open === undefined) root ??= node;
    else open.children!.push(node);
    return node;
  };
  /// A property ends with its value.
  const endProperty = (end: number): void => {
    if (open?.type === "property") close(end);
  };
  const close = (end: number): void => {
    const closed = open!;
    closed.length = end - closed.offset;
    open = closed.parent;
    if (open !== undefined && closed.hasNames) open.hasNames = true;
  };
  visit(
    text,
    {
      onObjectBegin: (offset) => {
        open = add("object", offset, -1, undefined, []);
      },
      onObjectProperty: (name, offset, length) => {
        open = add("property", offset, -1, undefined, []);
        add("string", offset, length, name);
      },
      onObjectEnd: (offset, length) => {
        endProperty(offset);
        close(offset + length);
        endProperty(offset + length);
      },
      onArrayBegin: (offset) => {
        open = add("array", offset, -1, undefined, []);
      },
      onArrayEnd: (offset, length) => {
        close(offset + length);
        endProperty(offset + length);
      },
      onLiteralValue: (value, offset, length) => {
        const type = value === null ? "null" : (typeof value as "boolean" | "number" | "string");
        add(type, offset, length, value);
        if (open?.type !== "property") return;
        if (type === "string" && NAMING.has(open.children![0]!.value as string)) open.hasNames = true;
        endProperty(offset + length);
      },
      onSeparator: (separator, offset) => {
        if (separator === ",") endProperty(offset);
      },
      onError: (error, offset, length) => {
        errors.push({ error, offset, length });
      },
    },
    { disallowComments: true, allowTrailingComma: false },
  );
  return { root, errors };
}
