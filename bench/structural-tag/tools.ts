// Tools as an assistant of a company might have them: made up by rule, so that a run of any size is the
// same everywhere.

export interface Tool {
  readonly name: string;
  readonly parameters: object;
  /// Arguments that fit.
  readonly example: object;
}

const VERBS = ["get", "list", "create", "update", "delete", "search", "send", "book", "cancel", "export"];
const NOUNS = [
  "weather",
  "invoice",
  "customer_record",
  "calendar_event",
  "flight",
  "ticket",
  "document",
  "payment",
  "shipment",
  "report",
  "user",
  "meeting_room",
  "order",
];

const PARTS: readonly { readonly name: string; readonly schema: object; readonly example: unknown }[] = [
  { name: "city", schema: { type: "string", minLength: 1, maxLength: 80 }, example: "São Paulo" },
  { name: "unit", schema: { enum: ["metric", "imperial", "kelvin"] }, example: "metric" },
  { name: "count", schema: { type: "integer", minimum: 1, maximum: 500 }, example: 25 },
  { name: "date", schema: { type: "string", format: "date" }, example: "2026-03-01" },
  {
    name: "tags",
    schema: { type: "array", items: { type: "string" }, maxItems: 8 },
    example: ["urgent", "größer als 3"],
  },
  { name: "dry_run", schema: { type: "boolean" }, example: true },
  { name: "email", schema: { type: "string", format: "email" }, example: "ada@example.org" },
  { name: "note", schema: { type: "string", description: "Free text." }, example: 'says "hi"\n' },
  {
    name: "range",
    schema: {
      type: "object",
      properties: { from: { type: "number" }, to: { type: "number" } },
      required: ["from"],
      additionalProperties: false,
    },
    example: { from: 0.5, to: 12 },
  },
  { name: "code", schema: { type: "string", pattern: "^[A-Z]{3}-[0-9]{4}$" }, example: "ABC-0042" },
];

/// Tools with three to seven parameters each, of which the first one or two are required. No two have the
/// same parameters: each has an id of its own kind, and descriptions.
export function makeTools(count: number): Tool[] {
  return Array.from({ length: count }, (_, i) => {
    const verb = VERBS[i % VERBS.length]!;
    const noun = NOUNS[Math.floor(i / VERBS.length) % NOUNS.length]!;
    const round = Math.floor(i / (VERBS.length * NOUNS.length));
    const name = `${verb}_${noun}${round === 0 ? "" : `_v${round + 1}`}`;
    const id = {
      name: `${name}_id`,
      schema: { type: "string", pattern: `^${noun[0]}[0-9]{${(i % 7) + 4}}$` },
      example: `${noun[0]}${"0123456789".slice(0, (i % 7) + 4)}`,
    };
    const parts = Array.from({ length: 2 + (i % 5) }, (_, k) => PARTS[(i * 3 + k) % PARTS.length]!);
    const all = [...parts.slice(0, 1), id, ...parts.slice(1)];
    const described = all.map((part) => {
      const description = `The ${part.name} to ${verb} the ${noun.replaceAll("_", " ")} with.`;
      return [part.name, { ...part.schema, description }] as const;
    });
    return {
      name,
      parameters: {
        type: "object",
        properties: Object.fromEntries(described),
        required: all.slice(0, 1 + (i % 2)).map((part) => part.name),
        additionalProperties: false,
      },
      example: Object.fromEntries(all.map((part) => [part.name, part.example])),
    };
  });
}
