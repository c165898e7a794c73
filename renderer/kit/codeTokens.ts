/** A piece of one line and what it is; `kind` is a CSS class of CodeArea. */
export interface CodeToken {
  kind: 'key' | 'string' | 'value' | 'word' | 'comment' | 'plain';
  text: string;
}

const pieces = /(?<comment>(?:^|(?<=\s))#.*)|(?<string>"(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?)|(?<key>(?:^|(?<=[\s{,]))[\w.$/-]+(?=\s*:(?:\s|$)))|(?<value>(?<![\w.])[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))|(?<word>\b(?:true|false|null|yes|no)\b)/g;

/**
 * Cuts one line of YAML into tokens; joined they are the line again. It colours what the eye looks for, and does not
 * know block scalars: those are coloured like any other line.
 */
export function yamlTokens(line: string): CodeToken[] {
  const tokens: CodeToken[] = [];
  let end = 0;
  for (const match of line.matchAll(pieces)) {
    if (match.index > end) tokens.push({ kind: 'plain', text: line.slice(end, match.index) });
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0] as CodeToken['kind'];
    tokens.push({ kind, text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < line.length) tokens.push({ kind: 'plain', text: line.slice(end) });
  return tokens;
}
