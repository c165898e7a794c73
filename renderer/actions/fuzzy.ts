/**
 * How well `query` matches `text`, or null when its letters do not occur in order. Starts of words and runs of
 * letters count most, so "gf" finds "Go to fronts" before "ongoing fit". Every word of the query has to match.
 */
export function fuzzyScore(query: string, text: string): number | null {
  let total = 0;
  for (const word of query.toLowerCase().split(/\s+/).filter(Boolean)) {
    const score = wordScore(word, text.toLowerCase());
    if (score === null) return null;
    total += score;
  }
  return total - text.length * 0.01;
}

function wordScore(word: string, text: string): number | null {
  const whole = text.indexOf(word);
  if (whole >= 0) return 10 * word.length + (startsWord(text, whole) ? 20 : 0) + (whole === 0 ? 10 : 0);
  let score = 0;
  let from = 0;
  let previous = -2;
  for (const letter of word) {
    const at = bestPosition(text, letter, from);
    if (at < 0) return null;
    score += at === previous + 1 ? 6 : startsWord(text, at) ? 5 : 1;
    previous = at;
    from = at + 1;
  }
  return score;
}

/** The next start of a word with this letter, else its next occurrence. */
function bestPosition(text: string, letter: string, from: number): number {
  const next = text.indexOf(letter, from);
  if (next === from) return next;
  for (let at = next; at >= 0; at = text.indexOf(letter, at + 1)) if (startsWord(text, at)) return at;
  return next;
}

function startsWord(text: string, at: number): boolean {
  return at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1]);
}

/** The items that match, best first; equal scores keep their order. An empty query keeps everything as it is. */
export function fuzzyFilter<T>(query: string, items: readonly T[], textOf: (item: T) => readonly string[]): T[] {
  if (query.trim() === '') return [...items];
  return items
    .map((item) => {
      const scores = textOf(item).map((text, index) => {
        const score = fuzzyScore(query, text);
        // The first text is the title; a match in the other words counts a little less.
        return score === null ? null : score - (index === 0 ? 0 : 4);
      }).filter((score) => score !== null);
      return { item, score: scores.length === 0 ? null : Math.max(...scores) };
    })
    .filter((entry): entry is { item: T; score: number } => entry.score !== null)
    .sort((a, b) => b.score - a.score)
    .map(({ item }) => item);
}
