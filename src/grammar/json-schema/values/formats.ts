import { choice, sequence } from "../../build.ts";
import type { Expression } from "../../ir.ts";
import { parseRegexExpression } from "../../regex/regex.ts";
import { withLength } from "./lengths.ts";

// The formats of JSON Schema validation, section 7.3, each as one regular expression over the decoded
// characters, made of named parts. Sources: RFC 3339 (dates and times), RFC 5321/1123 (e-mail, host
// names), RFC 2673/4291 (addresses), RFC 3986/6570 (URIs), RFC 4122 (UUID), RFC 6901 (pointers).

const YEAR_LEAP = "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
const DATE = [
  "(?:\\d{4}-(?:",
  "(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|",
  "(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|",
  "02-(?:0[1-9]|1\\d|2[0-8]))",
  `|${YEAR_LEAP}-02-29)`,
].join("");
const OFFSET = "(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d)";
// A leap second (:60) is only right at 23:59 UTC, which depends on the offset: it is left out.
const TIME = `(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?${OFFSET}`;

const DURATION_TIME = "T(?:\\d+H(?:\\d+M(?:\\d+S)?)?|\\d+M(?:\\d+S)?|\\d+S)";
const DURATION_DATE = "(?:\\d+Y(?:\\d+M(?:\\d+D)?)?|\\d+M(?:\\d+D)?|\\d+D)";
const DURATION = `P(?:\\d+W|${DURATION_DATE}(?:${DURATION_TIME})?|${DURATION_TIME})`;

const OCTET = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;
const GROUP = "[0-9A-Fa-f]{1,4}";
const LOW32 = `(?:${GROUP}:${GROUP}|${IPV4})`;
const IPV6 = `(?:${[
  `(?:${GROUP}:){6}${LOW32}`,
  `::(?:${GROUP}:){5}${LOW32}`,
  `(?:${GROUP})?::(?:${GROUP}:){4}${LOW32}`,
  `(?:(?:${GROUP}:){0,1}${GROUP})?::(?:${GROUP}:){3}${LOW32}`,
  `(?:(?:${GROUP}:){0,2}${GROUP})?::(?:${GROUP}:){2}${LOW32}`,
  `(?:(?:${GROUP}:){0,3}${GROUP})?::${GROUP}:${LOW32}`,
  `(?:(?:${GROUP}:){0,4}${GROUP})?::${LOW32}`,
  `(?:(?:${GROUP}:){0,5}${GROUP})?::${GROUP}`,
  `(?:(?:${GROUP}:){0,6}${GROUP})?::`,
].join("|")})`;

const LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const HOSTNAME = `${LABEL}(?:\\.${LABEL})*`;
const ATEXT = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]";
// The grammar of RFC 5321 has no bound on a domain's labels; counting them would make every automaton of
// an address sixty times larger.
const SUB_DOMAIN = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const EMAIL = `${ATEXT}+(?:\\.${ATEXT}+)*@${SUB_DOMAIN}(?:\\.${SUB_DOMAIN})*`;

const PERCENT = "%[0-9A-Fa-f]{2}";
const UNRESERVED = "A-Za-z0-9._~\\-";
const SUB_DELIMS = "!$&'()*+,;=";
const PCHAR = `(?:[${UNRESERVED}${SUB_DELIMS}:@]|${PERCENT})`;
const SEGMENTS = `(?:/${PCHAR}*)*`;
const REG_NAME = `(?:[${UNRESERVED}${SUB_DELIMS}]|${PERCENT})*`;
const USER = `(?:(?:[${UNRESERVED}${SUB_DELIMS}:]|${PERCENT})*@)?`;
const IP_LITERAL = `\\[(?:${IPV6}|[vV][0-9A-Fa-f]+\\.[${UNRESERVED}${SUB_DELIMS}:]+)\\]`;
const PORT = "(?::\\d*)?";
const TAIL = `(?:\\?(?:${PCHAR}|[/?])*)?(?:#(?:${PCHAR}|[/?])*)?`;
const SCHEME = "[A-Za-z][A-Za-z0-9+.\\-]*";
const SEGMENT_NO_COLON = `(?:[${UNRESERVED}${SUB_DELIMS}@]|${PERCENT})+`;

const uriOf = (host: string) =>
  `${SCHEME}:(?://${USER}${host}${PORT}${SEGMENTS}|/(?:${PCHAR}+${SEGMENTS})?|${PCHAR}+${SEGMENTS}|)${TAIL}`;
const relativeOf = (host: string) =>
  `(?://${USER}${host}${PORT}${SEGMENTS}|/(?:${PCHAR}+${SEGMENTS})?|${SEGMENT_NO_COLON}${SEGMENTS}|)${TAIL}`;
const HOST = `(?:${IP_LITERAL}|${REG_NAME})`;
const URI = uriOf(HOST);
const RELATIVE = relativeOf(HOST);

const VARNAME = `(?:[A-Za-z0-9_]|${PERCENT})(?:\\.?(?:[A-Za-z0-9_]|${PERCENT}))*`;
const VARSPEC = `${VARNAME}(?::[1-9]\\d{0,3}|\\*)?`;
const URI_TEMPLATE = `(?:[^\\x00-\\x20"'<>%\\\\^\`{|}\\x7f]|${PERCENT}|\\{[+#./;?&=,!@|]?${VARSPEC}(?:,${VARSPEC})*\\})*`;

const POINTER = "(?:/(?:[^~/]|~[01])*)*";

const PATTERNS: Readonly<Record<string, string>> = {
  "date-time": `${DATE}[Tt]${TIME}`,
  date: DATE,
  time: TIME,
  duration: DURATION,
  email: EMAIL,
  hostname: HOSTNAME,
  ipv4: IPV4,
  ipv6: IPV6,
  uri: URI,
  "uri-reference": `(?:${URI}|${RELATIVE})`,
  "uri-template": URI_TEMPLATE,
  uuid: "(?:[Uu][Rr][Nn]:[Uu][Uu][Ii][Dd]:)?[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}",
  "json-pointer": POINTER,
  "relative-json-pointer": `(?:0|[1-9]\\d*)(?:#|${POINTER})`,
};

/// The same without addresses in brackets, for bounded lengths; the second part starts one that has such
/// an address in at most MAX_BRACKETED characters.
const BOUNDED: Readonly<Record<string, readonly [plain: string, bracketed: string]>> = {
  uri: [uriOf(REG_NAME), `[A-Za-z][A-Za-z0-9+.\\-]{0,15}://\\[${IPV6}\\]`],
  "uri-reference": [
    `(?:${uriOf(REG_NAME)}|${relativeOf(REG_NAME)})`,
    `(?:[A-Za-z][A-Za-z0-9+.\\-]{0,15}:)?//\\[${IPV6}\\]`,
  ],
};
const AFTER_BRACKET = `${PORT}${SEGMENTS}${TAIL}`;
/// `//[::]`
const MIN_BRACKETED = 6;
const MAX_BRACKETED = 66;

const cache = new Map<string, Expression>();

function parsed(pattern: string): Expression {
  let texts = cache.get(pattern);
  if (!texts) {
    const { expression } = parseRegexExpression(pattern);
    if (!expression) throw new Error(`the pattern ${pattern} does not parse`);
    texts = expression;
    cache.set(pattern, texts);
  }
  return texts;
}

/// Formats that are enforced; the rest of the known ones (`regex`, `iri`, `idn-…`) are not regular or
/// not worth the size, and count as unknown.
export function isKnownFormat(name: string): boolean {
  return Object.hasOwn(PATTERNS, name);
}

/// Whether a bound of length leaves out some texts of the format, see `formatTexts`.
export function hasBoundedTexts(name: string): boolean {
  return Object.hasOwn(BOUNDED, name);
}

/// The texts of a format over decoded characters, or `undefined` if it is unknown.
///
/// With `maxLength`, a URI's texts come bounded by both lengths: a count beside the states of an IPv6 address
/// would take tens of thousands of states. Of those with an address in brackets, ones with a user name, with a scheme of
/// more than 16 letters, or close to one of the bounds are then left out.
export function formatTexts(name: string, minLength = 0, maxLength?: number): Expression | undefined {
  if (!isKnownFormat(name)) return undefined;
  const bounded = hasBoundedTexts(name) ? BOUNDED[name] : undefined;
  if (maxLength === undefined || !bounded) return parsed(PATTERNS[name]!);
  const [plain, bracketed] = bounded;
  const texts = withLength(parsed(plain), minLength, maxLength);
  const least = Math.max(0, minLength - MIN_BRACKETED);
  if (maxLength - MAX_BRACKETED < least) return texts;
  const rest = withLength(parsed(AFTER_BRACKET), least, maxLength - MAX_BRACKETED);
  return choice([texts, sequence([parsed(bracketed), rest])]);
}
