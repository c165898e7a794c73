/*
 * JSON has no NaN, no infinities and no negative zero, which invalid scores and their spreads are made of. Every other double
 * comes back from its shortest decimal form bit for bit.
 */
const names = new Map<number, string>([[NaN, 'NaN'], [Infinity, 'Infinity'], [-Infinity, '-Infinity']]);
const mark = '$number';

/** Plain data as JSON whose numbers come back to the last bit; keys without a value are left out. */
export function exactJson(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => {
    if (typeof one !== 'number') return one;
    const name = Object.is(one, -0) ? '-0' : names.get(one);
    return name === undefined ? one : { [mark]: name };
  });
}

/** The same data again. @throws SyntaxError */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, (_, one: unknown) => (
    typeof one === 'object' && one !== null && mark in one && Object.keys(one).length === 1 ? Number(one[mark]) : one
  ));
}

/** JSON with keys in order: equal data give equal texts, however they were put together. */
export function canonicalJson(value: unknown): string {
  return exactJson(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]));
}
