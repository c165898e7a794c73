import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CancelledError } from '../../../core/base/errors.ts';
import { createStudy, openStudy } from '../../../core/study/folder.ts';
import { workForQueue } from '../../../core/study/queue/redis/queueWorker.ts';
import { runStudy } from '../../../core/study/run/runStudy.ts';
import { parseStudyFile } from '../../../core/study/studyFile.ts';
import { cli, jsonLines } from '../../cli/harness.ts';
import { scratchFolder } from '../scratch.ts';
import { inProcessDesk } from './inProcessDesk.ts';
import { noRedis, redisServer } from './redisServer.ts';

const scratch = scratchFolder();
const address = redisServer();

const trained = `version: 1
name: trained
seed: 3
space: elasticvit-mini
engine: ort
data: { kind: synthetic, imageSize: 32, trainImages: 20, valImages: 10 }
devices: [pixel6]
training: { steps: 2, batchSize: 2, warmupSteps: 1, buckets: 2, checkpointEverySteps: 3 }
search: { generations: 1, initialPopulation: 2, parents: 2, mutations: 1, crossovers: 0, calibrationBatches: 2, evaluationImages: 8 }
export: { perDevice: 0 }
`;
const scoring = `version: 1
name: scoring
seed: 4
space: autoformer-mini
devices: [pixel6]
scoring: { proxy: dss }
search: { generations: 2, initialPopulation: 8, parents: 4, mutations: 4, crossovers: 4 }
export: { perDevice: 0 }
`;

async function create(name: string, text: string, queue?: string): Promise<string> {
  const directory = join(scratch, name);
  const whole = `${text}compute: { threads: 1${queue === undefined ? '' : `, queue: "${queue}"`} }\n`;
  (await createStudy(directory, { settings: parseStudyFile(whole, `${name}.yaml`), text: whole, path: `${name}.yaml`, baseDir: directory })).close();
  return directory;
}

async function run(directory: string, hooks: Parameters<typeof runStudy>[1] = {}) {
  const study = await openStudy(directory);
  try {
    return (await runStudy(study, hooks)).result;
  } finally {
    study.close();
  }
}

/** The same study without a queue. */
const aloneFolder = join(scratch, 'alone');
let alone: ReturnType<typeof run>;
beforeAll(async () => {
  alone = run(await create('alone', trained));
  await alone;
}, 120_000);

describe.skipIf(noRedis !== undefined)(`a study with a queue (${noRedis ?? 'Redis on loopback'})`, () => {
  const stop = new AbortController();
  let chunks = 0;
  let ended: Promise<void>;
  const startWorking = () => {
    const cache = join(scratch, 'cache');
    ended = workForQueue(address(), { name: 'test', cache, desks: inProcessDesk(cache), tell: () => undefined, onDone: () => { chunks++; }, signal: stop.signal });
  };
  beforeAll(() => { delete process.env.POCKETFORMER_QUEUE; });
  afterAll(async () => {
    stop.abort();
    await ended;
  });

  it('stops while it waits for workers, with everything saved, and ends with what it finds without a queue', async () => {
    const directory = await create('stopped', trained, address().shown);
    const person = new AbortController();
    const waiting = run(directory, {
      signal: person.signal, onMessage: (text) => { if (text.startsWith('Nobody works for')) person.abort(); },
    });
    await expect(waiting).rejects.toThrow(CancelledError);
    startWorking();
    const found = await run(directory);
    expect(chunks).toBeGreaterThanOrEqual(2);
    expect(found).toEqual(await alone);
  });

  it('has architectures scored there that would be scored here, by an address in the environment', async () => {
    process.env.POCKETFORMER_QUEUE = address().url;
    chunks = 0;
    const found = await run(await create('scored', scoring, 'environment'));
    expect(chunks).toBeGreaterThan(0);
    expect(found).toEqual(await run(await create('scored-alone', scoring)));
    delete process.env.POCKETFORMER_QUEUE;
  });
});

it('has the architectures of a study evaluated by tasks of Slurm as its search did, which notice when weights came damaged', async () => {
  const front = (await alone)!.devices[0].front.map(({ arch, value }) => ({ arch, accuracy: value }));
  const archs = join(scratch, 'front.jsonl');
  writeFileSync(archs, front.map(({ arch }) => JSON.stringify(arch)).join('\n'));
  const folder = join(scratch, 'tasks');
  await cli(['slurm', 'evaluate', '--study', aloneFolder, '--archs', archs, '--out', folder, '--engine', 'ort']);
  for (const index of front.keys()) expect((await cli(['slurm', 'task', folder, String(index)])).stderr).toBe('');
  expect(await jsonLines(z.object({ arch: z.unknown(), accuracy: z.number() }), ['slurm', 'collect', folder])).toEqual(front);
  expect((await cli(['slurm', 'collect', folder])).stdout).toMatch(/^accuracy {2}architecture\n/);

  const { work } = JSON.parse(readFileSync(join(folder, 'chunks', '0.json'), 'utf8')) as { work: { weights: string } };
  const weights = join(folder, 'blobs', work.weights);
  const bytes = readFileSync(weights);
  bytes[1000] ^= 1;
  writeFileSync(weights, bytes);
  rmSync(join(folder, 'results', '0.json'));
  expect((await cli(['slurm', 'task', folder, '0'])).stderr).toContain('the SHA-256 is another one');
  expect(existsSync(join(folder, 'results', '0.json'))).toBe(false);
});
