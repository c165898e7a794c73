import { poll } from './polling.ts';

const intervalMs = 400;

/** Tells a list, and every change of it: also of what a terminal does with its folders. @returns what ends it */
export function tellChanges<T>(list: () => Promise<T>, tell: (whole: T) => void, fail: (error: unknown) => void): () => void {
  let told: string | undefined;
  return poll(intervalMs, async () => {
    const whole = await list();
    const text = JSON.stringify(whole);
    if (text === told) return;
    told = text;
    tell(whole);
  }, fail);
}
