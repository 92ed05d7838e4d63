import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TextMaterial } from "./texts.ts";

const folder = join(process.env.TOKENSIEVE_ROOT ?? ".", "grammars");

function shipped(): string[] {
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  const manifest = JSON.parse(read("manifest.json")) as readonly { readonly file: string }[];
  return manifest.map(({ file }) => read(file));
}

const words = (text: string) => text.trim().split(/\s+/);

const COMMON = [
  ...words(
    `" ' [ ] ( ) { } | * + ? \\ / : = ~ & < > ! . , - _ # @ % ^ $ 0 9 a Z é 😀 .. -> ::= {2,3} {0,} {1000}`,
  ),
  " ",
  "\n",
  "\t",
  "\r\n",
  "\0",
  "\ud800",
  "\udc00",
  "\ufeff",
];

export const EBNF: TextMaterial = {
  texts: [
    ...shipped(),
    'root ::= item ("," item)*\nitem ::= [a-z_]{2,5} | "\\u00e9" | ""\n',
    'root ::= (root "+" root | "(" root ")" | [0-9]+)?\n',
    'root ::= a{0,1000} b{3,} # end\na ::= [^"\\\\\\x00-\\x1f] | "\\"" a\nb ::= "" | b "x" | a (= "y")\n',
    "root ::= [^] [\\]\\-^] [\\u{1F600}-\\u{1F64F}] | \"'\" '\"'\n",
  ],
  pieces: [
    ...COMMON,
    ...words(
      `root root::= ::=root "a" 'b' [a-z] [^a] [^] [\\] \\u \\x4 \\u{1F600} \\U0001F600 (= (= {0,1000000} {5,2} {,}`,
    ),
    ...words("TagDispatch(( Token( item a ::= b ::= /regex/ # //"),
  ],
};

export const GBNF: TextMaterial = {
  texts: [
    ...shipped(),
    'root ::= "yes" | no <think> !</think>* <[1000]> !<[1001]>\nno ::= [nN] [oO] .{1,4}\n',
    'root ::= ((("a" | "b"){2,3})+ "\\x41\\u00e9\\U0001F600")? ws\nws ::= [ \\t\\n]{0,20}\n',
    'root ::= expr\nexpr ::= term ([-+*/] term)*\nterm ::= num | "(" expr ")"\nnum ::= [0-9]+\n',
  ],
  pieces: [
    ...COMMON,
    ...words(`root ::= <think> <[1]> !<x> <[ ]> ! . [.] "\\x" {3} {2,1} {,3} "a" [a-z] [^]] item`),
  ],
};

export const LARK: TextMaterial = {
  texts: [
    `start: sum "x"i [B] ("a".."z")+ -> z
sum: /a\\/[b]+/i | <|x|> | <[1-3]> %regex {"substring_chars": "abc"}
B: ~"a" & C*
%ignore /[ \\t]+/
%import common (INT, WORD)
C: "q"~2..3
`,
    `?start: value
?value: object | array | string | SIGNED_NUMBER -> number | "true" | "false" | "null"
array: "[" [value ("," value)*] "]"
object: "{" [pair ("," pair)*] "}"
pair: string ":" value
string: ESCAPED_STRING
%import common.ESCAPED_STRING
%import common.SIGNED_NUMBER
%import common.WS
%ignore WS
`,
    'start: a | b+\na: "x" | a "y"\nb.2: /[^"\\\\]{1,20}/ "z"{2,5}\n',
    `start: %json {"type": "object", "properties": {"a": {"type": "integer"}}} | T\nT[max_tokens=3]: /.*/\n`,
    'start: KEY "=" VALUE\nKEY: /[a-z]+/ & ~/if|else/\nVALUE: (KEY | /[0-9]+/) & /.{1,8}/\n',
  ],
  pieces: [
    ...COMMON,
    ...words(
      `start: start /a+/ /[^/]*/is /(?=a)/ /(?<!b)c/ "a"i "a".."z" ~2 ~1..3 ~ & ? ! -> alias A: B: a:`,
    ),
    ...words(
      `%ignore %import common WS common.INT %declare %json %regex {"substring_words":"a b"} {"type":"string"}`,
    ),
    ...words('<|x|> <[1-9]> [capture] [lazy] [stop="x"] @ref .. //comment %llguidance {}'),
  ],
};

export const REGEX: TextMaterial = {
  texts: [
    "^(?!foo)(?=.*\\d)[a-z\\u{1F600}]+?(?:a|b){2,3}\\b$",
    "(?<n>a)\\k<n>|\\p{L}+(?<!x)",
    "(?:^|,)[^\\]\\-a]*$",
    "^(a|a)*b$",
    "(a+)+$",
    "^(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[a-z0-9]+)*)@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$",
    "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])T\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?(Z|[+-]\\d\\d:?\\d\\d)$",
    "^(?=.{8,32}$)(?=.*[A-Z])(?=.*[a-z])(?=.*\\d)(?!.*(.)\\1).*$",
    "(((a{0,10}){0,10}){0,10}|[\\s\\S]{3,40}?)\\B.\\w+\\W\\D\\S",
    "^\\/(?:[^\\/\\s]+\\/)*[^\\/\\s]*$|\\x41\\cJ\\0[\\b]",
  ],
  pieces: [
    ...COMMON,
    ...words(
      "(?= (?! (?<= (?<! (?: (?<n> \\k<n> \\1 \\b \\B \\d \\D \\w \\W \\s \\S \\p{L} \\P{Lu} \\p{Script=Greek}",
    ),
    ...words(
      "\\u{1F600} \\u00e9 \\x41 \\cA \\0 [^] [] [a-z] [\\d-x] [^\\s] {2} {2,} {2,3} {1000,2000} *? +? ?? a b .",
    ),
  ],
};
