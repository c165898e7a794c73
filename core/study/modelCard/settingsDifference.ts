import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';

type Json = z.output<ReturnType<typeof z.json>>;

/**
 * What one has other than a base, by dotted name: `{ a: { b: 2 } }` against `{ a: { b: 1 } }` gives `{ 'a.b': 2 }`. Lists are taken whole; what
 * the base alone has is null.
 */
export function settingsDifference(base: unknown, own: unknown, name = ''): Record<string, Json> {
  if (isDeepStrictEqual(base, own)) return {};
  if (!isSettings(own) || (base !== undefined && !isSettings(base))) return { [name]: plain(own) };
  const names = [...new Set([...Object.keys(base ?? {}), ...Object.keys(own)])];
  return Object.assign({}, ...names.map((key) => settingsDifference(base?.[key], own[key], name === '' ? key : `${name}.${key}`))) as Record<string, Json>;
}

const plain = (value: unknown): Json => (value === undefined ? null : JSON.parse(JSON.stringify(value)) as Json);

function isSettings(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
