import { parseProcessors, processorsExpected } from '../latency/measurements/processors.ts';
import type { Kind } from './options.ts';

/** Where something is measured. */
export type WayChoice = { readonly way: 'host' } | { readonly way: 'adb'; readonly serial: string } | { readonly way: 'browser' };

export const wayKind: Kind<WayChoice> = {
  placeholder: 'host|adb:SERIAL|browser',
  expected: 'host, or adb: and the serial number of a phone ("adb devices" lists them), or browser',
  read: (value) => {
    if (value === 'host' || value === 'browser') return { way: value };
    const serial = /^adb:(\S+)$/.exec(value)?.[1];
    return serial === undefined ? undefined : { way: 'adb', serial };
  },
};

export const processorsKind: Kind<readonly number[]> = { placeholder: 'LIST', expected: processorsExpected, read: parseProcessors };
