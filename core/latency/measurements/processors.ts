const most = 4096;

/** Numbers of processors as people write them, ascending: "7", "0,2", "4-7"; undefined for anything else. */
export function parseProcessors(text: string): number[] | undefined {
  const chosen = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part.trim());
    if (match === null) return undefined;
    const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (from > to || to >= most) return undefined;
    for (let processor = from; processor <= to; processor++) chosen.add(processor);
  }
  return [...chosen].sort((a, b) => a - b);
}

export const processorsExpected = 'numbers of processors such as 7, 0,2 or 4-7';
