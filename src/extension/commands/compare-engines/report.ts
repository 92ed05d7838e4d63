import type { Diagnostic } from "../../../base/diagnostic.ts";
import { lineColumnAt } from "../../../base/span.ts";
import type { GrammarKind } from "../../../grammar/index.ts";
import type { EngineOutcome, SampleOutcome } from "../../../service/compare-api.ts";
import { asExpected, type Comparison, ENGINE_TITLES, type ReportStyle, textsDiffer } from "./comparison.ts";
import { type Html, html } from "./html.ts";
import { samplesTable } from "./report-samples.ts";

const KIND_TITLES: Readonly<Record<GrammarKind, string>> = {
  ebnf: "EBNF",
  gbnf: "GBNF",
  lark: "Lark",
  regex: "RegExp",
  "json-schema": "JSON Schema",
  "structural-tag": "Structural tag",
};

/// The page that Compare Engines shows. It needs no script.
export function reportHtml(comparison: Comparison, style: ReportStyle): string {
  const { t, language } = style;
  const { title, kind, samples, result } = comparison;
  const { name, size } = result.vocabulary;
  const facts = [
    KIND_TITLES[kind],
    t("tokenizer {0}, {1} tokens", name, size.toLocaleString(language)),
    samples.length === 0
      ? t("no texts")
      : samples.length === 1
        ? t("1 text")
        : t("{0} texts", samples.length),
  ];
  const csp = `default-src 'none'; style-src ${style.cspSource};`;
  const body = html`<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${t("Engines on {0}", title)}</title>
<link rel="stylesheet" href="${style.styleUri}">
</head>
<body>
<main>
<h1>${title}</h1>
<p class="facts">${facts.join(" · ")}</p>
${summary(comparison, style)}
${enginesTable(comparison, style)}
${remarks(comparison, style)}
${samplesTable(comparison, style)}
<footer><p>${t(
    "Times are of a first compile on this machine. XGrammar runs in a thread of its own: its times include the way there and back.",
  )}</p></footer>
</main>
</body>
</html>
`;
  return body.html;
}

/// What it comes to, in a sentence or two.
function summary({ samples, result }: Comparison, { t }: ReportStyle): Html {
  const refusing = result.engines.filter(({ compiled }) => !compiled);
  if (refusing.length === result.engines.length)
    return verdict("bad", t("Both engines refuse this grammar."));
  if (refusing.length > 0) {
    const [bad] = refusing;
    const good = result.engines.find(({ compiled }) => compiled);
    return verdict(
      "differ",
      t(
        "{0} refuses this grammar; {1} compiles it.",
        ENGINE_TITLES[bad!.engine],
        ENGINE_TITLES[good!.engine],
      ),
    );
  }
  if (samples.length === 0)
    return verdict("good", t("Both engines compile this grammar. No text was compared."));
  const sum = (count: (outcome: SampleOutcome) => number) =>
    result.samples.reduce((total, outcome) => total + count(outcome), 0);
  const texts = result.samples.filter(textsDiffer).length;
  const masks = sum(({ comparedMasks }) => comparedMasks);
  const differing = sum(({ differingMasks }) => differingMasks);
  const unexpected = samples.filter((sample, i) =>
    result.samples[i]!.verdicts.some((v) => v && sample.expected && asExpected(sample, v.kind) === false),
  ).length;
  const sentence =
    texts + differing === 0
      ? t("Both engines agree on every text, and on all of {0} masks.", masks)
      : t(
          "The engines differ on {0} of {1} texts and on {2} of {3} masks.",
          texts,
          samples.length,
          differing,
          masks,
        );
  const more = unexpected > 0 ? ` ${t("Texts not taken as expected: {0}.", unexpected)}` : "";
  return verdict(texts + differing + unexpected === 0 ? "good" : "differ", sentence + more);
}

function verdict(kind: "good" | "differ" | "bad", text: string): Html {
  const sign = { good: "✓", differ: "≠", bad: "✗" }[kind];
  return html`<p class="verdict ${kind}"><span class="sign" aria-hidden="true">${sign}</span> ${text}</p>`;
}

function enginesTable(comparison: Comparison, style: ReportStyle): Html {
  const { t, language } = style;
  const { engines, samples } = comparison.result;
  type Cell = { readonly text: string; readonly value?: number; readonly bad?: boolean };
  const row = (label: string, cell: (engine: EngineOutcome, index: number) => Cell | undefined) => {
    const cells = engines.map(cell);
    if (cells.every((one) => one === undefined)) return undefined;
    const values = cells.map((one) => one?.value);
    const known = values.filter((value) => value !== undefined);
    const best = known.length > 1 && new Set(known).size > 1 ? Math.min(...known) : undefined;
    return html`<tr><th scope="row">${label}</th>${cells.map(
      (one) =>
        html`<td class="${one?.bad ? "bad" : one?.value !== undefined && one.value === best ? "best" : ""}">${one?.text ?? "–"}</td>`,
    )}</tr>`;
  };
  const time = (micros: number): Cell => ({ text: duration(micros, language), value: micros });
  const expected = comparison.samples.filter((sample) => sample.expected).length;
  const rows = [
    row(t("Grammar"), ({ compiled }) =>
      compiled ? { text: `✓ ${t("compiled")}` } : { text: `✗ ${t("refused")}`, bad: true },
    ),
    row(t("Texts taken as expected"), ({ compiled }, index) => {
      if (!compiled || expected === 0) return undefined;
      const right = comparison.samples.filter((sample, i) => {
        const kind = samples[i]!.verdicts[index]?.kind;
        return kind !== undefined && asExpected(sample, kind);
      }).length;
      return { text: t("{0} of {1}", right, expected), bad: right < expected };
    }),
    row(t("Engine ready"), ({ readyMs }) => time(readyMs * 1000)),
    row(t("Compile"), ({ compileMs }) => time(compileMs * 1000)),
    row(t("First mask"), ({ compiled }) => compiled && time(compiled.firstMaskMicros)),
    row(t("Masks, average"), ({ compiled }) =>
      compiled && compiled.masks.count > 0 ? time(compiled.masks.averageMicros) : undefined,
    ),
    row(t("Masks, slowest"), ({ compiled }) =>
      compiled && compiled.masks.count > 0 ? time(compiled.masks.maxMicros) : undefined,
    ),
    row(t("Masks computed"), ({ compiled }) =>
      compiled && compiled.masks.count > 0
        ? { text: compiled.masks.count.toLocaleString(language) }
        : undefined,
    ),
    row(t("Memory of the grammar"), ({ compiled }) =>
      compiled?.memoryBytes === undefined ? undefined : { text: bytes(compiled.memoryBytes, language) },
    ),
  ].filter((one) => one !== undefined);
  return html`<table class="engines">
<thead><tr><td></td>${engines.map(({ engine }) => html`<th scope="col">${ENGINE_TITLES[engine]}</th>`)}</tr></thead>
<tbody>${rows}</tbody>
</table>`;
}

/// Why engines refuse, and what they ignore or weaken.
function remarks(comparison: Comparison, style: ReportStyle): Html {
  const { t } = style;
  const { engines } = comparison.result;
  const [first, ...others] = engines;
  if (first && others.every((other) => sameRemarks(first.diagnostics, other.diagnostics))) {
    if (first.diagnostics.length === 0) return html``;
    return html`<h2>${t("What both engines say")}</h2>${remarkList(first.diagnostics, comparison, style)}`;
  }
  return html`${engines
    .filter(({ diagnostics }) => diagnostics.length > 0)
    .map(
      ({ engine, diagnostics }) =>
        html`<h2>${t("What {0} says", ENGINE_TITLES[engine])}</h2>${remarkList(diagnostics, comparison, style)}`,
    )}`;
}

function sameRemarks(a: readonly Diagnostic[], b: readonly Diagnostic[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function remarkList(diagnostics: readonly Diagnostic[], comparison: Comparison, style: ReportStyle): Html {
  return html`<ul class="remarks">${diagnostics.map((one) => remark(one, comparison, style))}</ul>`;
}

function remark(diagnostic: Diagnostic, { text, uri }: Comparison, { t, placeLink }: ReportStyle): Html {
  const { severity, code, message, hint, location } = diagnostic;
  const sign = { error: "✗", warning: "⚠", info: "ℹ" }[severity];
  const name = { error: t("error"), warning: t("warning"), info: t("info") }[severity];
  const span = location?.kind === "text" || location?.kind === "json-pointer" ? location.span : undefined;
  let where: Html = html``;
  if (span) {
    const { line, column } = lineColumnAt(text, span.from);
    const place =
      location?.kind === "json-pointer" && location.pointer !== ""
        ? t("line {0}, column {1} (#{2})", line, column, location.pointer)
        : t("line {0}, column {1}", line, column);
    where =
      uri === undefined
        ? html` <span class="place">${place}</span>`
        : html` <a class="place" href="${placeLink(uri, span.from, span.to)}">${place}</a>`;
  }
  return html`<li class="${severity}"><span class="sign" role="img" aria-label="${name}">${sign}</span>
<div>${message}${where} <code class="code">${code}</code>${hint !== undefined && html`<div class="hint">${hint}</div>`}</div></li>`;
}

function duration(micros: number, language: string): string {
  const format = (value: number, unit: string) =>
    `${value.toLocaleString(language, { maximumSignificantDigits: 3 })} ${unit}`;
  if (micros < 1000) return format(micros, "µs");
  if (micros < 1_000_000) return format(micros / 1000, "ms");
  return format(micros / 1_000_000, "s");
}

function bytes(count: number, language: string): string {
  const kilo = count / 1024;
  return kilo < 1024
    ? `${kilo.toLocaleString(language, { maximumFractionDigits: 1 })} KB`
    : `${(kilo / 1024).toLocaleString(language, { maximumFractionDigits: 1 })} MB`;
}
