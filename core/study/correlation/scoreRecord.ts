import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { errorCode, makeDirectory, writeError, writeFileAtomic } from '../files.ts';

const headSchema = z.object({
  format: z.literal('pocketformer-scores'),
  version: z.literal(1),
  /** Seeds, weights and inputs of all scores. */
  inputs: z.record(z.string(), z.unknown()),
});

const lineSchema = z.object({
  /** Space, architecture, classes and resolution. */
  network: z.string(),
  proxy: z.string(),
  /** Null when the score is not valid. */
  value: z.number().nullable(),
  /** Standard deviation between seeds; null with one seed or none that is valid. */
  spread: z.number().nullable(),
  invalid: z.string().optional(),
  macs: z.number(),
  ms: z.number(),
  /** Of all threads together, which tells more where other programs ran; records of earlier versions lack it. */
  processorMs: z.number().optional(),
});

/** What was found for one network by one proxy. */
export type ScoreLine = z.output<typeof lineSchema>;

const remedy = 'free space, then call the same command again.';

/**
 * Scores as they are found: `scores.jsonl`, settings in the first line and a score in each further one, so that a killed process
 * loses one score at most, and a later call with more proxies or networks computes only what is new.
 */
export class ScoreRecord {
  readonly #path: string;
  readonly #known: Map<string, ScoreLine>;

  private constructor(path: string, known: Map<string, ScoreLine>) {
    this.#path = path;
    this.#known = known;
  }

  /**
   * @param directory made when there is none
   * @param inputs what decides scores besides networks and proxies, as plain JSON
   * @throws InputError `other-correlation` when it holds scores of others, `damaged-scores`; EnvironmentError when nothing can be
   * written
   */
  static async open(directory: string, inputs: Readonly<Record<string, unknown>>): Promise<ScoreRecord> {
    const path = join(directory, 'scores.jsonl');
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
      await makeDirectory(directory, { remedy });
      await writeFileAtomic(path, `${JSON.stringify({ format: 'pocketformer-scores', version: 1, inputs })}\n`, { remedy });
      return new ScoreRecord(path, new Map());
    }
    const lines = text.split('\n');
    // What follows the last line end is what a crash left of a line.
    const unfinished = lines.pop()!;
    const head = headSchema.safeParse(jsonOf(lines[0]));
    if (!head.success) throw new InputError('damaged-scores', `${path}: does not hold scores; choose another folder with --out.`);
    const [held, wanted] = [head.data.inputs, inputs].map((value) => JSON.stringify(value));
    if (held !== wanted) {
      throw new InputError('other-correlation', `${path}: holds scores of ${held}, not ${wanted}; go on with the same, or choose another folder with --out.`);
    }
    const known = new Map(lines.slice(1).map((line, i) => {
      const parsed = lineSchema.safeParse(jsonOf(line));
      if (!parsed.success) throw new InputError('damaged-scores', `${path}:${i + 2}: is not a score; delete this line to compute it again.`);
      return [keyOf(parsed.data), parsed.data];
    }));
    if (unfinished !== '') await writeFileAtomic(path, `${lines.join('\n')}\n`, { remedy });
    return new ScoreRecord(path, known);
  }

  get(network: string, proxy: string): ScoreLine | undefined {
    return this.#known.get(keyOf({ network, proxy }));
  }

  async add(line: ScoreLine): Promise<void> {
    try {
      await appendFile(this.#path, `${JSON.stringify(line)}\n`);
    } catch (error) {
      throw writeError(error, this.#path, remedy);
    }
    this.#known.set(keyOf(line), line);
  }
}

const keyOf = ({ network, proxy }: Pick<ScoreLine, 'network' | 'proxy'>) => `${network} ${proxy}`;

function jsonOf(line: string | undefined): unknown {
  try {
    return JSON.parse(line ?? '');
  } catch {
    return undefined;
  }
}
