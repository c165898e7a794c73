import { registerOrtBackend } from '../engine/ort/backend.ts';
import { tableLines } from './table.ts';

/** Which tfjs operators of the ort engine ran in pure JavaScript, for whoever looks for lost time. */
export function fallbackLines(): string[] {
  const fallbacks = registerOrtBackend().fallbacks.list();
  if (fallbacks.length === 0) return ['No tfjs operator of the ort engine ran on its reference kernel.'];
  const rows = fallbacks.map(({ operator, calls, elements }) => [operator, String(calls), elements.toLocaleString('en-US')]);
  return ['tfjs operators of the ort engine that ran on reference kernels:', ...tableLines(columns, rows)];
}

const columns = [
  { title: 'operator', align: 'left' }, { title: 'calls', align: 'right' }, { title: 'numbers', align: 'right' },
] as const;
