import { randomBytes, timingSafeEqual } from 'node:crypto';

/** A secret of one profiling session: whoever has it may be its phone. 144 bits, short enough for a code that cameras read. */
export const newToken = () => randomBytes(18).toString('base64url');

/** In a time that does not tell how much of a guess was right. */
export function isToken(given: string | undefined, token: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}
