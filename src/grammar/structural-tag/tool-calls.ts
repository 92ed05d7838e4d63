import type { Diagnostic } from "../../base/diagnostic.ts";
import { pointerOf, type SchemaNode, spanOf } from "../json-schema/document.ts";
import { SchemaReport } from "../json-schema/report.ts";
import type { FilePlace, TextOrigin, TextPart } from "../source.ts";
import { runAll } from "../work.ts";
import { placeName } from "./read-format.ts";
import { readJson } from "./read-json.ts";
import { ObjectReader } from "./reader.ts";

/// How a model writes a call:
///
/// - "llama3": `{"name": "f", "parameters": {…}}`, as Llama 3.1 and later do in JSON.
/// - "hermes": `<tool_call>\n{"name": "f", "arguments": {…}}\n</tool_call>`, as Hermes, Qwen 2.5 and Qwen 3 do.
/// - "mistral": the token `[TOOL_CALLS]`, then an array of `{"name": "f", "arguments": {…}}`, as
///   Mistral's models up to tokenizer version 3 do. The vocabulary must have the token.
/// - One of your own: `begin`, the arguments as JSON, `end`, where `{name}` in them is the tool's name.
///   `trigger` is what every `begin` begins with and free text may not hold.
export type ToolCallTemplate =
  | "llama3"
  | "hermes"
  | "mistral"
  | { readonly trigger: string; readonly begin: string; readonly end: string };

export interface ToolCallOptions {
  readonly template: ToolCallTemplate;
  /// Where the tools came from, for diagnostics.
  readonly file?: string;
  /// The answer is a call: no text comes before it. False unless given.
  readonly required?: boolean;
  /// Several calls may come after one another. True unless given.
  readonly parallel?: boolean;
}

export interface ToolCallResult {
  /// The structural tag, to be compiled as a source of that kind. The schema of tool i is in the content
  /// of tag i. Absent if `diagnostics` holds an error.
  readonly text?: string;
  /// The source's `madeFrom`, with which diagnostics and rules have places in the list of tools.
  readonly madeFrom?: TextOrigin;
  readonly diagnostics: readonly Diagnostic[];
}

interface Tool {
  readonly name: string;
  readonly node: SchemaNode;
  /// The schema of its arguments.
  readonly schema: string;
  /// What the schema is a copy of.
  readonly parameters?: SchemaNode;
}

/// Turns a list of tools in OpenAI's form, `[{"type": "function", "function": {"name", "parameters",
/// "strict"}}]` (or with the function's members beside the type), into a structural tag: free text with
/// calls whose arguments fit the tool's `parameters`. Without parameters they are `{}`; those of a tool
/// with `"strict": false` may be any object.
///
/// Errors: `structural-tag-syntax`, `tools-invalid`, `tools-bad-name`, `tools-repeated-name`. Infos:
/// `tools-not-strict`.
export function toolCallTag(tools: string, options: ToolCallOptions): ToolCallResult {
  const report = new SchemaReport(options.file, []);
  const list = readTools(tools, report);
  const diagnostics = report.finish();
  if (list === undefined || report.hasErrors) return { diagnostics };
  return { ...tagOf(list, options), diagnostics };
}

function readTools(text: string, report: SchemaReport): Tool[] | undefined {
  const root = runAll(readJson(text, "the list of tools", report));
  if (root === undefined) return undefined;
  if (root.type !== "array" || root.children!.length === 0) {
    const hint = 'write [{"type": "function", "function": {"name": …, "parameters": …}}]';
    report.error("tools-invalid", root, "the tools must be an array with at least one tool", hint);
    return undefined;
  }
  const seen = new Map<string, SchemaNode>();
  const tools: Tool[] = [];
  for (const node of root.children!) {
    const tool = readTool(node, text, report);
    if (tool === undefined) continue;
    const before = seen.get(tool.name);
    if (before !== undefined)
      report.error(
        "tools-repeated-name",
        node,
        `the tool "${tool.name}" is there twice, first at ${placeName(before)}`,
        "remove or rename one of them",
      );
    seen.set(tool.name, node);
    tools.push(tool);
  }
  return tools;
}

// What a name may hold in OpenAI's interface, and what servers of tools put between parts of one.
const NAME = /^[A-Za-z0-9_.:/-]{1,128}$/;

function readTool(node: SchemaNode, text: string, report: SchemaReport): Tool | undefined {
  const invalid = (at: SchemaNode, message: string, hint: string): undefined => {
    report.error("tools-invalid", at, message, hint);
    return undefined;
  };
  if (node.type !== "object") return invalid(node, "a tool must be an object", "remove it");
  const outer = new ObjectReader(node, "the tool", report);
  const type = outer.get("type");
  if (type !== undefined && type.value !== "function")
    return invalid(type, 'only tools of the type "function" are called with arguments', "remove it");
  const inner = outer.get("function") ?? node;
  if (inner.type !== "object") return invalid(inner, '"function" must be an object', "correct its value");
  const from = new ObjectReader(inner, "the function", report);
  const name = from.text("name");
  if (name === undefined) return undefined;
  if (!NAME.test(name.value)) {
    report.error(
      "tools-bad-name",
      name.node,
      `${JSON.stringify(name.value)} cannot be the name of a tool`,
      "use letters, digits, and any of _ - . : /",
    );
    return undefined;
  }
  const strict = from.flag("strict", true);
  const parameters = from.get("parameters");
  if (!strict) {
    report.info(
      "tools-not-strict",
      from.get("strict")!,
      `the arguments of "${name.value}" may be any object`,
      'remove "strict": false to hold them to the parameters',
    );
    return { name: name.value, node, schema: '{"type":"object"}' };
  }
  if (parameters === undefined || parameters.type === "null")
    return { name: name.value, node, schema: '{"type":"object","additionalProperties":false}' };
  if (parameters.type !== "object")
    return invalid(parameters, '"parameters" must be a schema', "correct its value");
  // As written: numbers keep their digits.
  return {
    name: name.value,
    node,
    schema: text.slice(parameters.offset, parameters.offset + parameters.length),
    parameters,
  };
}

/// A format with a list of tags in it.
interface Frame {
  readonly before: string;
  readonly after: string;
  /// Where the list is.
  readonly pointer: string;
  /// Around the arguments of a call.
  readonly begin: string;
  readonly end: string;
}

function frameOf({ template, required = false, parallel = true }: ToolCallOptions): Frame {
  if (template === "mistral") {
    const list = `{"type":"sequence","elements":[{"type":"regex","pattern":" ?\\\\["},{"type":"tags_with_separator","separator":", ","tags":`;
    const call = `{"type":"tag","begin":{"type":"token","token":"[TOOL_CALLS]"},"content":${list}`;
    const after = `,"at_least_one":true,"stop_after_first":${!parallel}},{"type":"const_string","value":"]"}]},"end":""}`;
    const pointer = "/content/elements/1/tags";
    const around = { begin: '{"name": "{name}", "arguments": ', end: "}" };
    if (required) return { before: call, after, pointer, ...around };
    return {
      before: `{"type":"sequence","elements":[{"type":"any_text"},{"type":"optional","content":${call}`,
      after: `${after}}]}`,
      pointer: `/elements/1/content${pointer}`,
      ...around,
    };
  }
  const { trigger, begin, end } = typeof template === "string" ? TEMPLATES[template] : template;
  return {
    before: `{"type":"triggered_tags","triggers":[${JSON.stringify(trigger)}],"tags":`,
    after: `,"at_least_one":${required},"stop_after_first":${!parallel}}`,
    pointer: "/tags",
    begin,
    end,
  };
}

const TEMPLATES = {
  llama3: { trigger: '{"name":', begin: '{"name": "{name}", "parameters": ', end: "}" },
  hermes: {
    trigger: "<tool_call>",
    begin: '<tool_call>\n{"name": "{name}", "arguments": ',
    end: "}\n</tool_call>",
  },
} as const;

function tagOf(tools: readonly Tool[], options: ToolCallOptions): Pick<ToolCallResult, "text" | "madeFrom"> {
  const frame = frameOf(options);
  // A line a tool, for people who look at it.
  let text = `{"type":"structural_tag","format":${frame.before}[\n`;
  const parts = tools.map(({ name, node, schema, parameters }, i): TextPart => {
    if (i > 0) text += ",\n";
    const [first, last] = [frame.begin, frame.end].map((t) => JSON.stringify(t.replaceAll("{name}", name)));
    const from = text.length;
    text += `{"type":"tag","begin":${first},"content":{"type":"json_schema","json_schema":`;
    const copiedFrom = text.length;
    text += `${schema}},"end":${last}}`;
    return {
      span: { from, to: text.length },
      from: placeOf(node),
      ...(parameters && {
        copied: {
          pointer: `/format${frame.pointer}/${i}/content/json_schema`,
          span: { from: copiedFrom, to: copiedFrom + schema.length },
          from: placeOf(parameters),
        },
      }),
    };
  });
  text += `\n]${frame.after}}`;
  return { text, madeFrom: { whole: placeOf(tools[0]!.node.parent!), parts } };
}

function placeOf(node: SchemaNode): FilePlace {
  return { pointer: pointerOf(node), span: spanOf(node) };
}
