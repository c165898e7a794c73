/**
 * JSON that people can read and diff without a line for every number: a value that fits on a line of 200 characters
 * and nests at most one level deep stands on one, longer or deeper ones are broken up.
 */
export function formatJson(value: unknown): string {
  return `${format(value, '')}\n`;
}

function format(value: unknown, indent: string): string {
  const compact = JSON.stringify(value);
  if (value === null || typeof value !== 'object' || (compact.length <= 200 && depthOf(value) <= 2)) return compact;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => inner + format(item, inner)).join(',\n')}\n${indent}]`;
  }
  const lines = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${inner}${JSON.stringify(key)}: ${format(item, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

function depthOf(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  return 1 + Object.values(value).reduce<number>((depth, item) => Math.max(depth, depthOf(item)), 0);
}
