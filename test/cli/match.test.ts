import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cli, complaint, jsonLines } from './harness.ts';

const schema = z.strictObject({
  space: z.string(), device: z.string(), targetMs: z.number(), arch: z.record(z.string(), z.number()), latencyMs: z.number(), lowMs: z.number(), highMs: z.number(),
  params: z.int(), macs: z.int(), outOfRange: z.array(z.string()), next: z.strictObject({ arch: z.record(z.string(), z.number()), latencyMs: z.number() }).nullable(),
});

describe('match', () => {
  it('prints a member that other commands read, and the next slower one', async () => {
    const [made] = await jsonLines(schema, ['match', '--space', 'mobilenetv2', '--device', 'pixel6', '--latency', '12']);
    expect(made.latencyMs).toBeLessThanOrEqual(12);
    expect(made.next!.latencyMs).toBeGreaterThan(12);
    expect(made.outOfRange.length).toBeGreaterThan(0);
    const described = z.object({ params: z.number(), macs: z.number() });
    const [same] = await jsonLines(described, ['describe', '--space', 'mobilenetv2', '--arch', JSON.stringify(made.arch)]);
    expect(same).toMatchObject({ params: made.params, macs: made.macs });
  });

  it('tells people what it found and what was never measured', async () => {
    const { code, stdout, stderr } = await cli(['match', '--space', 'deit', '--device', 'pixel6', '--latency', '80']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Architecture: \{"numHeads":\d+,"depth":\d+,"resolution":224\}\nNext slower: /);
    expect(stderr).toContain('encoderAttention: no block of this kind was measured');
  });

  it('refuses what is no family and what is too quick', async () => {
    expect(await complaint(['match', '--space', 'asvit', '--device', 'pixel6', '--latency', '12'])).toContain('search it instead');
    expect(await complaint(['match', '--space', 'mobilenetv2', '--device', 'pixel6', '--latency', '0.1'])).toContain('the quickest takes');
    expect(await complaint(['match', '--space', 'mobilenetv2', '--device', 'pixel6', '--latency', '12', '--resolution', '100'])).toContain('resolution is 100');
  });
});
