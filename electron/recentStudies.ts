import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

export interface RecentStudy {
  readonly path: string;
  readonly name: string;
}

const maxCount = 9;
const schema = z.array(z.object({ path: z.string(), name: z.string() }));

/** The list with a study first, each once. */
export function withStudy(list: readonly RecentStudy[], study: RecentStudy): RecentStudy[] {
  return [study, ...list.filter(({ path }) => path !== study.path)].slice(0, maxCount);
}

/** The remembered list; empty when there is none or it cannot be read, which costs nobody anything. */
export function readRecent(file: string): RecentStudy[] {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8'))).slice(0, maxCount);
  } catch {
    return [];
  }
}

export function writeRecent(file: string, list: readonly RecentStudy[]): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(list, undefined, 2));
  renameSync(`${file}.new`, file);
}
