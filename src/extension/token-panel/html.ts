import { LABELS_ATTRIBUTE } from "../../protocol/token-panel.ts";

export interface PanelHtml {
  readonly scriptUri: string;
  readonly styleUri: string;
  /// The webview's `cspSource`.
  readonly cspSource: string;
  /// New for every document.
  readonly nonce: string;
  /// BCP 47, the editor's language.
  readonly language: string;
  readonly title: string;
  /// The view's words.
  readonly labels: object;
}

/// A webview's document. It may run our script and use our style sheet, and nothing else. The controls
/// style themselves through constructed style sheets, which need no exception; but to find out what the
/// browser can do they make a style element, with the nonce that the `csp-nonce` property tells them.
export function panelHtml({
  scriptUri,
  styleUri,
  cspSource,
  nonce,
  language,
  title,
  labels,
}: PanelHtml): string {
  const csp = `default-src 'none'; style-src ${cspSource} 'nonce-${nonce}'; script-src 'nonce-${nonce}';`;
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(csp)}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${escapeHtml(styleUri)}">
</head>
<body ${LABELS_ATTRIBUTE}="${escapeHtml(JSON.stringify(labels))}">
<h1 class="view-title">${escapeHtml(title)}</h1>
<script nonce="${nonce}" src="${escapeHtml(scriptUri)}"></script>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
