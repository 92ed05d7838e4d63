import { type Node, type ParseError, visit } from "jsonc-parser";
import { runAll, type Steps, spend } from "../work.ts";

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

/// Nesting of JSON values in a text. What walks the tree may recurse.
export const MAX_DEPTH = 400;

export interface Tree {
  /// Of use only if there are no errors.
  readonly root: SchemaNode | undefined;
  readonly errors: readonly ParseError[];
  /// Where values nest too deeply; then there is nothing else.
  readonly tooDeepAt?: number;
}

/// Nodes that are read before others get a turn.
const NODES_A_STEP = 8000;

/// Reads a strict JSON text.
export function readTree(text: string): Tree {
  return runAll(readTreeInSteps(text));
}

/// The same, with pauses where the text has no errors.
export function* readTreeInSteps(text: string): Steps<Tree> {
  try {
    JSON.parse(text);
  } catch {
    // The library recurses.
    const deep = tooDeepAt(text);
    return deep === undefined ? readWithErrors(text) : { root: undefined, errors: [], tooDeepAt: deep };
  }
  const reader = new TreeReader(text);
  const root = yield* reader.root();
  return root === undefined ? { root, errors: [], tooDeepAt: reader.at } : { root, errors: [] };
}

function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x22:
        for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
        break;
      case 0x7b:
      case 0x5b:
        if (++depth > MAX_DEPTH) return i;
        break;
      case 0x7d:
      case 0x5d:
        depth--;
        break;
    }
  }
  return undefined;
}

const QUOTE = 0x22;
const PUNCTUATION = /[^\t\n\r ,:]/g;
const NUMBER = /[-+.0-9eE]+/y;

/// Reads a text that is known to be JSON. The library's scanner looks at every character by itself, which
/// takes its time in a process that has just begun.
class TreeReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /// Where it reads.
  get at(): number {
    return this.#at;
  }

  /// `undefined`: an object or array that begins here is too deep.
  *root(): Steps<SchemaNode | undefined> {
    let open: TreeNode | undefined;
    let depth = 0;
    for (let nodes = 0; ; nodes++) {
      spend(2);
      if (nodes % NODES_A_STEP === NODES_A_STEP - 1) yield;
      const code = this.#skip();
      // An object or array ends.
      if (code === 0x7d || code === 0x5d) {
        this.#at++;
        depth--;
        const closed = open!;
        closed.length = this.#at - closed.offset;
        open = closed.parent;
        if (open === undefined) return closed;
        if (closed.hasNames) open.hasNames = true;
        if (open.type === "property") open = endProperty(open, this.#at);
        continue;
      }
      if (open?.type === "object") {
        const property: TreeNode = new TreeNode("property", this.#at, -1, open, undefined, []);
        open.children!.push(property);
        property.children!.push(this.#string(property));
        open = property;
        continue;
      }
      if ((code === 0x7b || code === 0x5b) && ++depth > MAX_DEPTH) return undefined;
      const node = this.#value(code, open);
      if (open !== undefined) open.children!.push(node);
      if (node.children !== undefined) open = node;
      else if (open === undefined) return node;
      else if (open.type === "property") {
        if (node.type === "string" && NAMING.has(open.children![0]!.value as string)) open.hasNames = true;
        open = endProperty(open, this.#at);
      }
    }
  }

  /// The next character that is neither white space nor a separator.
  #skip(): number {
    const code = this.#text.charCodeAt(this.#at);
    if (code !== 0x2c && code !== 0x3a && code > 0x20) return code;
    PUNCTUATION.lastIndex = this.#at;
    this.#at = PUNCTUATION.exec(this.#text)!.index;
    return this.#text.charCodeAt(this.#at);
  }

  #value(code: number, parent: TreeNode | undefined): TreeNode {
    const from = this.#at;
    switch (code) {
      case QUOTE:
        return this.#string(parent);
      case 0x7b:
        this.#at++;
        return new TreeNode("object", from, -1, parent, undefined, []);
      case 0x5b:
        this.#at++;
        return new TreeNode("array", from, -1, parent, undefined, []);
      case 0x74:
        this.#at += 4;
        return new TreeNode("boolean", from, 4, parent, true, undefined);
      case 0x66:
        this.#at += 5;
        return new TreeNode("boolean", from, 5, parent, false, undefined);
      case 0x6e:
        this.#at += 4;
        return new TreeNode("null", from, 4, parent, null, undefined);
      default: {
        NUMBER.lastIndex = from;
        const [number] = NUMBER.exec(this.#text)!;
        this.#at += number.length;
        return new TreeNode("number", from, number.length, parent, Number(number), undefined);
      }
    }
  }

  #string(parent: TreeNode | undefined): TreeNode {
    const text = this.#text;
    const from = this.#at;
    let end = text.indexOf('"', from + 1);
    let value = text.slice(from + 1, end);
    if (value.includes("\\")) {
      // A quote behind an odd number of backslashes does not end the string.
      for (let escapes = end - 1; text.charCodeAt(escapes) === 0x5c; ) {
        while (text.charCodeAt(escapes) === 0x5c) escapes--;
        if ((end - 1 - escapes) % 2 === 0) break;
        end = text.indexOf('"', end + 1);
        escapes = end - 1;
      }
      value = JSON.parse(text.slice(from, end + 1)) as string;
    }
    this.#at = end + 1;
    return new TreeNode("string", from, this.#at - from, parent, value, undefined);
  }
}

/// Closes a property, and returns the object it is in.
function endProperty(property: TreeNode, end: number): TreeNode {
  property.length = end - property.offset;
  const object = property.parent!;
  if (property.hasNames) object.hasNames = true;
  return object;
}

/// The same for a text that may have errors.
function readWithErrors(text: string): Tree {
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
        // A comment without an end reaches beyond the text.
        errors.push({ error, offset, length: Math.min(length, text.length - offset) });
      },
    },
    { disallowComments: true, allowTrailingComma: false },
  );
  return { root, errors };
}
