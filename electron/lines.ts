import { StringDecoder } from 'node:string_decoder';

/** Longer lines are cut, so that a program without line ends cannot fill the memory. */
const maxLength = 16_384;

/** Turns pieces of a stream of UTF-8 into lines. */
export function lineSplitter(onLine: (line: string) => void): { push(data: Uint8Array): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const take = (text: string) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) onLine(line.slice(0, maxLength));
    if (rest.length > maxLength) {
      onLine(rest.slice(0, maxLength));
      rest = '';
    }
  };
  return {
    push: (data) => take(decoder.write(Buffer.from(data.buffer, data.byteOffset, data.byteLength))),
    end() {
      take(decoder.end());
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}
