// RFC 3986, section 5: resolution of a reference against a base, for the identifiers in schemas.

const PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(\?[^#]*)?(#.*)?$/s;

/// `resolveUri("http://x/a/b", "../c#d")` is `"http://x/c#d"`.
export function resolveUri(base: string, reference: string): string {
  const [, scheme, authority, path = "", query = "", fragment = ""] = PARTS.exec(reference) ?? [];
  if (scheme !== undefined) return reference;
  const [, baseScheme, baseAuthority, basePath = "", baseQuery = ""] = PARTS.exec(base) ?? [];
  const start = baseScheme === undefined ? "" : `${baseScheme}:`;
  if (authority !== undefined) return `${start}//${authority}${withoutDots(path)}${query}${fragment}`;
  const head = baseAuthority === undefined ? start : `${start}//${baseAuthority}`;
  if (path === "") return `${head}${basePath}${query === "" ? baseQuery : query}${fragment}`;
  if (path.startsWith("/")) return `${head}${withoutDots(path)}${query}${fragment}`;
  const folder = basePath.slice(0, basePath.lastIndexOf("/") + 1);
  const merged = folder === "" && baseAuthority !== undefined ? `/${path}` : `${folder}${path}`;
  return `${head}${withoutDots(merged)}${query}${fragment}`;
}

/// The URI before `#`, and the fragment after it.
export function splitFragment(uri: string): [uri: string, fragment: string] {
  const at = uri.indexOf("#");
  return at < 0 ? [uri, ""] : [uri.slice(0, at), uri.slice(at + 1)];
}

function withoutDots(path: string): string {
  const out: string[] = [];
  const parts = path.split("/");
  parts.forEach((part, i) => {
    const isLast = i === parts.length - 1;
    if (part === ".") {
      if (isLast) out.push("");
    } else if (part === "..") {
      if (out.length > 1 || (out.length === 1 && out[0] !== "")) out.pop();
      if (isLast) out.push("");
    } else out.push(part);
  });
  return out.join("/");
}
