import { join } from 'node:path';
import { makeDirectory, writeFileAtomic } from '../files.ts';
import { correlationMarkdown } from './markdown.ts';
import { correlationSvg } from './picture.ts';
import type { Correlation } from './result.ts';

/** Paths of what is written into a comparison's folder, beside the scores. */
export function correlationPaths(directory: string) {
  return { result: join(directory, 'correlation.json'), table: join(directory, 'correlation.md'), figure: join(directory, 'correlation.svg') };
}

/** @throws EnvironmentError `disk-full`, `cannot-write` */
export async function writeCorrelation(directory: string, correlation: Correlation): Promise<void> {
  const paths = correlationPaths(directory);
  await makeDirectory(directory);
  await writeFileAtomic(paths.result, `${JSON.stringify(correlation, undefined, 1)}\n`);
  await writeFileAtomic(paths.table, correlationMarkdown(correlation));
  await writeFileAtomic(paths.figure, correlationSvg(correlation));
}
