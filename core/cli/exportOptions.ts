import type { Kind } from './options.ts';

/** Images per run of an exported file. */
export const batchKind: Kind<number | 'dynamic'> = {
  placeholder: 'N',
  expected: 'dynamic or a whole number from 1 to 64',
  read: (value) => {
    if (value === 'dynamic') return value;
    return /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 64 ? Number(value) : undefined;
  },
};
