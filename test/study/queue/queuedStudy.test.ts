import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError } from '../../../core/base/errors.ts';
import { createStudy, openStudy } from '../../../core/study/folder.ts';
import { workForQueue } from '../../../core/study/queue/redis/queueWorker.ts';
import { runStudy } from '../../../core/study/run/runStudy.ts';
import { parseStudyFile } from '../../../core/study/studyFile.ts';
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
search: { generations: 1, initialPopulation: 3, parents: 2, mutations: 1, crossovers: 1, calibrationBatches: 2, evaluationImages: 8 }
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
    expect(chunks).toBeGreaterThanOrEqual(3);
    expect(found).toEqual(await run(await create('alone', trained)));
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
