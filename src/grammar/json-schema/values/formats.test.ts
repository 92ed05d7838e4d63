import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { spellingOf } from "../emit/spelling.ts";
import { stringsExpression } from "../emit/strings.ts";
import { ALL_STRINGS, type StringSet } from "../string-set.ts";
import { formatTexts, isKnownFormat } from "./formats.ts";
import { TextSet } from "./text-set.ts";

const require = createRequire(`${process.env.TOKENSIEVE_ROOT}package.json`);
const { fullFormats } = require("ajv-formats/dist/formats.js") as {
  readonly fullFormats: Readonly<Record<string, unknown>>;
};

type Validator = RegExp | ((text: string) => boolean) | { readonly validate: Validator };

function ajvTakes(name: string, text: string): boolean {
  let validator = fullFormats[name] as Validator;
  if (typeof validator === "object" && "validate" in validator) validator = validator.validate;
  return validator instanceof RegExp ? validator.test(text) : (validator as (text: string) => boolean)(text);
}

function textsOf(asked: Partial<StringSet>): TextSet {
  return new TextSet(stringsExpression({ ...ALL_STRINGS, ...asked }, spellingOf("any")));
}

const sets = new Map<string, TextSet>();

function takes(name: string, text: string): boolean {
  let set = sets.get(name);
  if (set === undefined) {
    set = textsOf({ formats: [name] });
    sets.set(name, set);
  }
  return set.has(JSON.stringify(text));
}

function check(name: string, valid: readonly string[], invalid: readonly string[]): void {
  it(`takes ${name} as ajv does`, () => {
    for (const [list, expected] of [
      [valid, true],
      [invalid, false],
    ] as const) {
      for (const text of list) {
        assert.equal(ajvTakes(name, text), expected, `ajv: ${text}`);
        assert.equal(takes(name, text), expected, text);
      }
    }
  });
}

/// Where the RFC and ajv differ, we hold to the RFC.
function differs(name: string, valid: readonly string[], invalid: readonly string[]): void {
  it(`takes ${name} unlike ajv where the RFC does`, () => {
    for (const text of valid) assert.ok(takes(name, text) && !ajvTakes(name, text), text);
    for (const text of invalid) assert.ok(!takes(name, text) && ajvTakes(name, text), text);
  });
}

describe("formats", () => {
  check(
    "date",
    ["2024-02-29", "2000-02-29", "0000-02-29", "1999-12-31", "2023-04-30", "0400-02-29"],
    [
      "2023-02-29",
      "1900-02-29",
      "2023-04-31",
      "2023-13-01",
      "2023-00-01",
      "2023-01-00",
      "2023-1-1",
      "20230101",
      "",
      "x2023-01-01",
      "2023-01-01 ",
    ],
  );
  check(
    "time",
    ["00:00:00Z", "23:59:59.999z", "12:30:15+01:30", "12:30:15-23:59", "08:30:06.283185Z"],
    [
      "24:00:00Z",
      "12:60:00Z",
      "12:00:61Z",
      "12:00:00",
      "12:00Z",
      "1:00:00Z",
      "12:00:00.Z",
      "12:00:00+24:00",
      "12:00:00+00:60",
      "12:00:60Z",
    ],
  );
  // A leap second needs the offset to tell whether it is 23:59 UTC; offsets need their colon and minutes.
  differs("time", [], ["23:59:60Z", "12:00:00+0100", "12:00:00+01"]);
  check(
    "date-time",
    ["1963-06-19T08:30:06.283185Z", "1990-12-31t15:59:50.123-08:00", "2024-02-29T00:00:00z"],
    [
      "1990-02-31T15:59:59Z",
      "2023-02-29T00:00:00Z",
      "06/19/1963 08:30:06 PST",
      "2013-350T01:01:01Z",
      "1963-06-19T08:30:06",
      "1963-06-19",
    ],
  );
  differs("date-time", [], ["1963-06-19 08:30:06Z", "1998-12-31T23:59:60Z"]);
  check(
    "duration",
    ["P4DT12H30M5S", "P4Y", "PT0S", "P0D", "P1M", "PT1M", "P2W", "P1Y2M3DT4H5M6S", "P1DT12H"],
    ["PT1D", "4DT12H30M5S", "P", "PT", "P1YT", "P1", "P2D1Y", "P1D2H", "P2S", "P1Y2W", "P1.5Y", "p1d"],
  );
  // RFC 3339, appendix A: no unit is left out between two others.
  differs("duration", [], ["P1Y1D", "PT1H1S"]);
  check(
    "email",
    ["joe.bloggs@example.com", "te~st@example.com", "a+b@sub.example.org", "1@2.3", "o'neil@x-y.z"],
    [
      "2962",
      "@example.com",
      ".test@example.com",
      "test.@example.com",
      "te..st@example.com",
      "a@b..c",
      "a@-b.c",
      "a@b-.c",
      "a b@c.d",
      "a@b.c.",
      "a@b@c.d",
    ],
  );
  differs("email", ["root@localhost"], []);
  const label = "a".repeat(63);
  check(
    "hostname",
    ["www.example.com", "xn--4gbwdl.xn--wgbh1c", "a", "1.2.3", "hostnam3", `${label}.com`, "a-b.c--d"],
    ["-a.com", "a-.com", "a_b.com", "a..b", ".a", `${label}a.com`, "", "a b", "é.com"],
  );
  // The dot at the end is of name servers' files; the bound of 253 characters in all is not counted.
  differs("hostname", [`${label}.${label}.${label}.${label}`], ["example.com."]);
  check(
    "ipv4",
    ["192.168.0.1", "0.0.0.0", "255.255.255.255"],
    ["127.0.0.0.1", "256.256.256.256", "127.0", "0x7f000001", "087.10.0.1", "1.2.3.4/24", "1.2.3."],
  );
  check(
    "ipv6",
    [
      "::1",
      "::",
      "::abef",
      "1::",
      "1:2:3:4:5:6:7:8",
      "::42:ff:1",
      "d6::",
      "1:d6::42",
      "::ffff:192.168.0.1",
      "1:2::192.168.0.1",
      "1:2:3:4:5:6:1.2.3.4",
      "1:2:3:4:5:6:7::",
      "::2:3:4:5:6:7:8",
    ],
    [
      "12345::",
      ":2:3:4:5:6:7:8",
      "1:2:3:4:5:6:7:8:9",
      "1:1:1:1:1:1:1:1:1:1:1:1:1:1:1:1",
      "1::d6::42",
      "1:2:3:4:5:6:7",
      "1",
      "::laptop",
      "1::2:192.168.256.1",
      "127.0.0.1",
      ":::",
      "fe80::a%eth1",
      "1:2:3:4::5:6:7:8:9",
    ],
  );
  check(
    "uri",
    [
      "http://foo.bar/?baz=qux#quux",
      "http://foo.com/blah_(wikipedia)_blah#cite-1",
      "urn:oasis:names:specification:docbook:dtd:xml:4.1.2",
      "mailto:John.Doe@example.com",
      "ldap://[2001:db8::7]/c=GB?objectClass?one",
      "tel:+1-816-555-1212",
      "http://u:p@h:8080/%20",
      "file:///etc/hosts",
      "http://[v1.a:b]:1/",
    ],
    [
      "//foo.bar/?baz=qux#quux",
      "/abc",
      "\\\\WINDOWS\\fileshare",
      "abc",
      "http:// shouldfail.com",
      ":// should fail",
      "bar,baz:foo",
      "http://a/%zz",
      "https://[@example.org/test.txt",
      "http://a b/",
      "http://x/<y>",
      "",
      "http://[::1",
      "http://é/",
    ],
  );
  check(
    "uri-reference",
    [
      "http://foo.bar/?baz=qux#quux",
      "//foo.bar/?baz=qux#quux",
      "/abc",
      "abc",
      "#fragment",
      "",
      "?q",
      "a/b:c",
      "./a:b",
      "//[::1]:80/x",
    ],
    ["\\\\WINDOWS\\fileshare", "#frag\\ment", "a b", "%zz", "http://[::1"],
  );
  check(
    "uri-template",
    [
      "http://example.com/dictionary/{term:1}/{term}",
      "http://example.com/dictionary",
      "{+path,x*}/here",
      "",
      "{?x,y}",
      "%20é",
    ],
    ["http://example.com/dictionary/{term:1}/{term", "{}", "{a b}", "a b", "%zz", "{x:0}", "{x:12345}"],
  );
  // RFC 3986: a relative reference has no colon in its first segment.
  differs("uri-reference", [], ["1a:b"]);
  // RFC 6570 has names with dots inside.
  differs("uri-template", ["{a.b}"], []);
  check(
    "uuid",
    [
      "2eb8aa08-aa98-11ea-b4aa-73b441d16380",
      "2EB8AA08-AA98-11EA-B4AA-73B441D16380",
      "00000000-0000-0000-0000-000000000000",
    ],
    [
      "2eb8aa08-aa98-11ea-b4aa-73b441d1638",
      "2eb8aa08-aa98-11ea-73b441d16380",
      "2eb8aa08aa9811eab4aa73b441d16380",
      "2eb8aa08-aa98-11ea-b4ga-73b441d16380",
      "{2eb8aa08-aa98-11ea-b4aa-73b441d16380}",
    ],
  );
  check(
    "json-pointer",
    ["/foo/bar~0/baz~1/%a", "", "/", "/foo//bar", "/foo/0", "/a~1b", "/ ", '/k"l', "/i\\j", "/é"],
    ["/foo/bar~", "/~0.1~", "/~2", "a", "#/", "0"],
  );
  check(
    "relative-json-pointer",
    ["1", "0/foo/bar", "2/0/baz/1/zip", "0#", "120/foo", "1/a~1b"],
    ["/foo/bar", "-1/foo/bar", "+1/foo/bar", "0##", "01/a", "01#", "", "a"],
  );

  it("does not know the formats that it does not enforce", () => {
    for (const name of ["regex", "iri", "idn-email", "int32", "constructor", ""]) {
      assert.ok(!isKnownFormat(name) && formatTexts(name) === undefined, name);
    }
  });

  it("takes the escapes of slashes, quotes and other characters than ASCII's", () => {
    for (const [name, text] of [
      ["uri", '"http:\\/\\/a\\/b"'],
      ["json-pointer", '"\\/\\u00e9\\u0022\\ud83d\\ude00"'],
    ] as const)
      assert.ok(sets.get(name)!.has(text), text);
    assert.ok(!sets.get("date")!.has('"2024-02-2\\u0039"'));
  });

  it("counts the lengths of URIs", () => {
    for (const name of ["uri", "uri-reference"]) {
      const set = textsOf({ formats: [name], maxLength: 80, minLength: 10 });
      const has = (text: string) => set.has(JSON.stringify(text));
      const long = (n: number) => `http://a/${"b".repeat(n - 9)}`;
      assert.ok(has(long(10)) && has(long(80)) && !has(long(81)) && !has("http://a/"));
      assert.ok(
        has("https://[::1]/x?y") && has("http://[1:2:3:4:5:6:7:8]:8080") && !has("http://[:::]/aaaaa"),
      );
      const widest = "a".repeat(16);
      const address = "1111:2222:3333:4444:5555:6666:123.123.123.123";
      assert.ok(has(`${widest}://[${address}]/${"b".repeat(13)}`));
      assert.ok(!has(`${widest}://[${address}]/${"b".repeat(14)}`));
      assert.ok(set.states < 4000, `${set.states} states`);
    }
  });

  // Automata that grow here slow every schema with the format down.
  it("keeps automata small", () => {
    const most: Readonly<Record<string, number>> = {
      uri: 1200,
      "uri-reference": 2400,
      hostname: 140,
      ipv6: 170,
    };
    for (const [name, set] of sets)
      assert.ok(set.states <= (most[name] ?? 70), `${name}: ${set.states} states`);
  });

  it("keeps automata under a bound of length in proportion to it", () => {
    for (const name of sets.keys()) {
      const { states } = textsOf({ formats: [name], maxLength: 100 });
      // A host name's labels have their own count of up to 63.
      assert.ok(states < (name === "hostname" ? 12_000 : 4000), `${name}: ${states} states`);
    }
  });
});
