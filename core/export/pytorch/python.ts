/** Arguments of a call by name; what is undefined is left to the default. */
export type Arguments = Readonly<Record<string, string | number | boolean | readonly number[] | undefined>>;

/** A value as Python writes it. */
export function literal(value: string | number | boolean | readonly number[]): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return numeral(value);
  return `(${value.join(', ')}${value.length === 1 ? ',' : ''})`;
}

/** Small numbers as people write them: 1e-5. */
function numeral(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value);
}

/** `Name(first=1, second=2)` */
export function call(name: string, given: Arguments): string {
  const parts = Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${literal(value)}`]));
  return `${name}(${parts.join(', ')})`;
}

/** Lines moved to the right. */
export function indented(text: string, spaces = 4): string {
  return text.split('\n').map((line) => (line === '' ? line : ' '.repeat(spaces) + line)).join('\n');
}
