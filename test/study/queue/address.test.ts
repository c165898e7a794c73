import { describe, expect, it } from 'vitest';
import { isPublicAddress, readAddress } from '../../../core/study/queue/redis/address.ts';
import { parseStudyFile } from '../../../core/study/studyFile.ts';
import { complaint } from '../../cli/harness.ts';
import { studyText } from '../scratch.ts';

describe('the address of a queue', () => {
  it('is shown without its user and password', () => {
    expect(readAddress('rediss://me:hunter2@cluster:6380/2')).toEqual({ url: 'rediss://me:hunter2@cluster:6380/2', shown: 'rediss://cluster:6380/2' });
    expect(readAddress('redis://cluster').shown).toBe('redis://cluster:6379');
    expect(readAddress('environment', { POCKETFORMER_QUEUE: 'redis://:hunter2@cluster' }).shown).toBe('redis://cluster:6379');
  });

  it('may stand in a study file when it holds nothing secret, and is not repeated otherwise', () => {
    expect(parseStudyFile(`${studyText}compute: { queue: redis://cluster:6379 }\n`, 'a.yaml').compute.queue).toBe('redis://cluster:6379');
    expect(parseStudyFile(`${studyText}compute: { queue: environment }\n`, 'a.yaml').compute.queue).toBe('environment');
    const withPassword = () => parseStudyFile(`${studyText}compute: { queue: "redis://:hunter2@cluster:6379" }\n`, 'a.yaml');
    expect(withPassword).toThrow('POCKETFORMER_QUEUE');
    expect(withPassword).not.toThrow('hunter2');
    for (const no of ['redis://', 'http://cluster:6379', 'cluster:6379', 'redis://cluster/x', 'redis://cluster?password=hunter2']) expect(isPublicAddress(no)).toBe(false);
  });

  it('is not repeated by the command line either, when it is none', async () => {
    const told = await complaint(['worker', '--queue', 'redis://:hunter2@cluster:nowhere']);
    expect(told).toContain('expected redis://HOST:PORT or rediss://HOST:PORT');
    expect(told).not.toContain('hunter2');
    expect(() => readAddress('environment', {})).toThrow('POCKETFORMER_QUEUE, which is not set');
  });
});
