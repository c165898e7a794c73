import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const maxBytes = 2 ** 20;

/** A log file that starts anew when it has grown long; the one before is kept beside it. */
export function logFile(path: string, now: () => Date = () => new Date()): (line: string) => void {
  let sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  mkdirSync(dirname(path), { recursive: true });
  return (line) => {
    const text = `${now().toISOString()} ${line}\n`;
    if (sizeBytes > maxBytes) {
      renameSync(path, `${path}.old`);
      sizeBytes = 0;
    }
    appendFileSync(path, text);
    sizeBytes += Buffer.byteLength(text);
  };
}
