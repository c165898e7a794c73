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

const most = 4096;

/** Numbers of processors, ascending: "7", "0,2", "4-7". */
export const processorsKind: Kind<readonly number[]> = {
  placeholder: 'LIST',
  expected: 'numbers of processors such as 7, 0,2 or 4-7',
  read: (value) => {
    const chosen = new Set<number>();
    for (const part of value.split(',')) {
      const match = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part.trim());
      if (match === null) return undefined;
      const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
      if (from > to || to >= most) return undefined;
      for (let processor = from; processor <= to; processor++) chosen.add(processor);
    }
    return [...chosen].sort((a, b) => a - b);
  },
};
