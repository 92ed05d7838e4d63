import { elements, member, members, resolvePointer, type SchemaNode } from "./document.ts";
import { resolveUri, splitFragment } from "./uri.ts";

export type Resolution =
  | { readonly kind: "found"; readonly node: SchemaNode }
  | { readonly kind: "remote" }
  | { readonly kind: "missing" };

// Keywords whose values are data, not schemas: an `id` in them names nothing.
const DATA = new Set(["const", "enum", "default", "examples", "example"]);

/// Finds what `$ref`s of one document point at: by pointer, by anchor, and by the `$id` of a schema in it.
export class References {
  readonly #root: SchemaNode;
  /// Absolute URI, without fragment → the schema it names.
  readonly #resources = new Map<string, SchemaNode>();
  /// URI with fragment → the schema with that anchor.
  readonly #anchors = new Map<string, SchemaNode>();
  /// Schema with an identifier of its own → its absolute URI.
  readonly #bases = new Map<SchemaNode, string>();

  constructor(root: SchemaNode) {
    this.#root = root;
    this.#resources.set("", root);
    this.#collect(root);
  }

  #collect(root: SchemaNode): void {
    const work: { readonly node: SchemaNode; readonly base: string }[] = [{ node: root, base: "" }];
    while (work.length > 0) {
      const { node, base } = work.pop()!;
      if (node.hasNames === false) continue;
      if (node.type === "array") for (const item of elements(node)) work.push({ node: item, base });
      if (node.type !== "object") continue;
      const own = this.#identify(node, base);
      for (const { name, value } of members(node).values())
        if (!DATA.has(name) || node.parent?.children?.[0]?.value === "properties")
          work.push({ node: value, base: own });
    }
  }

  #identify(node: SchemaNode, base: string): string {
    let own = base;
    const id = member(node, "$id") ?? member(node, "id");
    if (id?.type === "string" && !isPropertyMap(node)) {
      const [uri, fragment] = splitFragment(resolveUri(base, id.value));
      if (fragment !== "") this.#anchors.set(`${uri}#${fragment}`, node);
      else {
        own = uri;
        this.#bases.set(node, uri);
        if (!this.#resources.has(uri) || node === this.#root) this.#resources.set(uri, node);
      }
    }
    for (const keyword of ["$anchor", "$dynamicAnchor"]) {
      const anchor = member(node, keyword);
      if (anchor?.type === "string") this.#anchors.set(`${own}#${anchor.value}`, node);
    }
    return own;
  }

  /// What `reference`, written in `from`, points at.
  resolve(from: SchemaNode, reference: string): Resolution {
    let scope: SchemaNode | undefined = from;
    while (scope !== undefined && !this.#bases.has(scope)) scope = scope.parent;
    const base = scope === undefined ? "" : this.#bases.get(scope)!;
    const [uri, rawFragment] = splitFragment(resolveUri(base, reference));
    const fragment = decode(rawFragment);
    const resource = this.#resources.get(uri);
    if (resource === undefined) return { kind: "remote" };
    if (fragment === "") return { kind: "found", node: resource };
    const node = fragment.startsWith("/")
      ? // Pointers across an `$id` are common where ids are decoration, so the whole document counts too.
        (resolvePointer(resource, fragment) ??
        (reference.startsWith("#") ? resolvePointer(this.#root, fragment) : undefined))
      : this.#anchors.get(`${uri}#${fragment}`);
    return node === undefined ? { kind: "missing" } : { kind: "found", node };
  }
}

/// A member `id` of `properties` is a property of that name.
function isPropertyMap(node: SchemaNode): boolean {
  const name = node.parent?.type === "property" ? node.parent.children?.[0]?.value : undefined;
  return name === "properties" || name === "patternProperties";
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
