import type {
  DifferingToken,
  MaskDifference,
  SampleOutcome,
  SampleVerdict,
} from "../../../service/compare-api.ts";
import {
  asExpected,
  type Comparison,
  ENGINE_TITLES,
  type LabelledSample,
  type ReportStyle,
  textsDiffer,
} from "./comparison.ts";
import { type Html, html, visible } from "./html.ts";

/// Text that a row shows, in UTF-16 units: so much of it before what is wrong, and in all.
const SHOWN_BEFORE = 60;
const SHOWN = 100;

/// The texts, what each engine makes of them, and where their masks differ.
export function samplesTable(comparison: Comparison, style: ReportStyle): Html {
  const { samples, result } = comparison;
  if (samples.length === 0 || result.engines.every(({ compiled }) => !compiled)) return html``;
  const { t } = style;
  const engines = result.engines.map(({ engine }) => html`<th scope="col">${ENGINE_TITLES[engine]}</th>`);
  return html`<h2>${t("Texts")}</h2>
<table class="texts">
<thead><tr><th scope="col">${t("Text")}</th>${engines}<th scope="col" class="number">${t("Masks")}</th></tr></thead>
<tbody>${samples.map((sample, i) => row(sample, result.samples[i]!, style))}</tbody>
</table>
${differences(comparison, style)}`;
}

function row(sample: LabelledSample, outcome: SampleOutcome, style: ReportStyle): Html {
  const { t } = style;
  const { verdicts, comparedMasks, differingMasks, maskedTokens } = outcome;
  const differs = textsDiffer(outcome) || differingMasks > 0;
  const masks =
    comparedMasks === 0
      ? "–"
      : differingMasks === 0
        ? t("{0} equal", comparedMasks)
        : t("{0} of {1} differ", differingMasks, comparedMasks);
  const limit = maskedTokens === undefined ? "" : ` ${t("(the first {0} tokens)", maskedTokens)}`;
  const wish = { accept: t("should be accepted"), reject: t("should be rejected") };
  const label = sample.expected ? `${sample.label} · ${wish[sample.expected]}` : sample.label;
  return html`<tr class="${differs ? "differ" : ""}"><td><div class="label">${label}</div>${excerpt(sample.text, offsetOf(verdicts))}</td>${verdicts.map((verdict) => verdictCell(sample, verdict, style))}<td class="number">${masks}${limit}</td></tr>`;
}

/// Where the first engine that does stops reading.
function offsetOf(verdicts: SampleOutcome["verdicts"]): number | undefined {
  for (const verdict of verdicts) if (verdict && "violation" in verdict) return verdict.violation.offset;
  return undefined;
}

/// The text around `offset`, with the character there marked.
function excerpt(text: string, offset: number | undefined): Html {
  const from = wholeFrom(text, offset === undefined ? 0 : Math.max(0, offset - SHOWN_BEFORE));
  const to = wholeFrom(text, Math.min(text.length, from + SHOWN));
  const lead = from > 0 ? "…" : "";
  const tail = to < text.length ? "…" : "";
  if (text === "") return html`<code class="text empty">ε</code>`;
  if (offset === undefined) return html`<code class="text">${visible(text.slice(from, to))}${tail}</code>`;
  const size = (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  const wrong = offset < text.length ? visible(text.slice(offset, offset + size)) : "␄";
  return html`<code class="text">${lead}${visible(text.slice(from, offset))}<mark>${wrong}</mark>${visible(text.slice(offset + size, to))}${tail}</code>`;
}

/// `at`, or one less inside of a surrogate pair.
function wholeFrom(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return at > 0 && code >= 0xdc00 && code <= 0xdfff ? at - 1 : at;
}

function verdictCell(sample: LabelledSample, verdict: SampleVerdict | undefined, style: ReportStyle): Html {
  const { t } = style;
  if (!verdict) return html`<td>–</td>`;
  const wrong = asExpected(sample, verdict.kind) === false;
  const contradictions =
    verdict.contradictions > 0 &&
    html`<div class="bad">${t("Its mask and its acceptance disagree on {0} tokens.", verdict.contradictions)}</div>`;
  return html`<td class="${wrong ? "bad" : ""}">${verdictText(sample, verdict, style)}${contradictions}</td>`;
}

function verdictText(sample: LabelledSample, verdict: SampleVerdict, { t, placeLink }: ReportStyle): Html {
  switch (verdict.kind) {
    case "accepted":
      return html`✓ ${t("accepted")}`;
    case "failed":
      return html`⚠ ${verdict.diagnostic.message} <code class="code">${verdict.diagnostic.code}</code>`;
    case "incomplete":
    case "rejected": {
      const { byteOffset, offset, expected } = verdict.violation;
      const where =
        verdict.kind === "incomplete" ? t("ends too early") : t("rejected at byte {0}", byteOffset);
      const { origin } = sample;
      const place = origin
        ? html`<a href="${placeLink(origin.uri, origin.offset + offset, origin.offset + offset + 1)}">${where}</a>`
        : where;
      return html`✗ ${place}<div class="hint">${t("expected {0}", expected.join(t(" or ")))}</div>`;
    }
    default:
      return verdict satisfies never;
  }
}

function differences({ samples, result }: Comparison, style: ReportStyle): Html {
  const { t } = style;
  const some = result.samples.flatMap((outcome, i) =>
    outcome.differences.map((difference) => ({ label: samples[i]!.label, difference })),
  );
  if (some.length === 0) return html``;
  const names = result.engines.map(({ engine }) => ENGINE_TITLES[engine]);
  const shown = result.samples.reduce((sum, { differences }) => sum + differences.length, 0);
  const all = result.samples.reduce((sum, { differingMasks }) => sum + differingMasks, 0);
  return html`<h2>${t("Where masks differ")}</h2>
<ul class="differences">${some.map(({ label, difference }) => oneDifference(label, difference, names, style))}</ul>
${all > shown && html`<p class="hint">${t("And {0} more, which are not shown.", all - shown)}</p>`}`;
}

function oneDifference(
  label: string,
  { byteOffset, before, engines }: MaskDifference,
  names: readonly string[],
  { t, language }: ReportStyle,
): Html {
  const place =
    byteOffset === 0
      ? html`${t("at the start")}`
      : html`${t("after")} <code class="text">${visible(before)}</code> (${t("byte {0}", byteOffset)})`;
  const counts = engines
    .map(({ allowed }, i) => t("{0} allows {1}", names[i]!, allowed.toLocaleString(language)))
    .join(", ");
  return html`<li><div><span class="label">${label}</span> ${place}: ${counts}</div>${engines.map(
    ({ only, sample }, i) =>
      only > 0 &&
      html`<div class="only">${t("only {0}:", names[i]!)} ${sample.map((token) => html`${tokenChip(token, t)} `)}${
        only > sample.length && t("and {0} more", (only - sample.length).toLocaleString(language))
      }</div>`,
  )}</li>`;
}

function tokenChip({ id, text, isMarker }: DifferingToken, t: ReportStyle["t"]): Html {
  const title = t("token {0}", id);
  return isMarker
    ? html`<code class="token marker" title="${title}">${visible(text)}</code>`
    : html`<code class="token" title="${title}">${`"${visible(text)}"`}</code>`;
}
