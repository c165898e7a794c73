import { expect, it } from 'vitest';
import { benchmarks } from '../../core/bench/benchmarks.ts';
import { measure } from '../../core/bench/measure.ts';
import { reportLines, thisMachine } from '../../core/bench/report.ts';
import { benchmarkNames } from '../../core/cli/commands/bench.ts';
import { startEngine } from '../../core/engine/engines.ts';
import { blockMacs, networkMacs } from '../../core/network/counts.ts';
import { getSpace } from '../../core/spaces/index.ts';

it('has a benchmark for every name that the command accepts', () => {
  expect(Object.keys(benchmarks)).toEqual([...benchmarkNames]);
});

it('trains what it times: the loss of the ViT falls on the batch that it sees again and again', async () => {
  const { step, macs } = await benchmarks['vit-step'].prepare(await startEngine('ort'));
  const first = await step();
  // 100 classes, so nearly log(100) at the start.
  expect(first).toBeGreaterThan(4);
  for (let i = 0; i < 4; i++) await step();
  expect(await step()).toBeLessThan(first - 0.2);
  // vit_step_torch.py's network: 16 images x 196 tokens x (768 x 192 + 4 x (12 x 192^2 + 2 x 196 x 192)) + 16 x 192 x 100, three times.
  expect(macs).toBe(3 * (16 * 196 * (768 * 192 + 4 * (12 * 192 ** 2 + 2 * 196 * 192)) + 16 * 192 * 100));
});

it('reports times, memory and the share of what arithmetic allows', async () => {
  const measurement = await measure(benchmarks['elasticvit-step-min'], await startEngine('ort'), { rounds: 2, stepsPerRound: 1, warmUpSteps: 0 });
  expect(measurement.steps).toBe(2);
  expect(measurement.minMs).toBeLessThanOrEqual(measurement.medianMs);
  expect(measurement.shareOfPeak).toBeGreaterThan(0);
  expect(measurement.shareOfPeak).toBeLessThan(1);
  expect([measurement.peer, measurement.ratio]).toEqual([null, null]);
  const lines = reportLines({ date: '2026-01-01', machine: thisMachine(), measurements: [measurement] });
  expect(lines.at(-2)).toMatch(/^\| elasticvit-step-min: .* \| ort \| \d+ \| .* ms \| .* ms \| \d+ MiB \| \d+ % \| - \| - \| - \| - \|$/);
});

it('times a step with frozen blocks in turns with the whole one, and counts what is left of it', async () => {
  const engine = await startEngine('ort');
  const space = getSpace('elasticvit-mini');
  const network = space.lower(space.networks.medium);
  const backbone = networkMacs(network) - blockMacs(network.blocks.at(-1)!);
  // Forward alone of what is frozen, forward and twice as much backward of the head.
  expect((await benchmarks['freezing-backbone'].prepare(engine)).macs).toBe(32 * (backbone + 3 * blockMacs(network.blocks.at(-1)!)));
  const measurement = await measure(benchmarks['freezing-backbone-kept'], engine, { rounds: 2, stepsPerRound: 1, warmUpSteps: 0 });
  expect(measurement).toMatchObject({ macs: 32 * 3 * blockMacs(network.blocks.at(-1)!), peer: { name: 'nothing frozen', steps: 2 } });
  expect(measurement.ratio).toBeGreaterThan(0);
});

it('scores what it times, and tells what one architecture takes', async () => {
  const measurement = await measure(benchmarks.dss, await startEngine('ort', { threads: 1 }), { rounds: 1, stepsPerRound: 1, warmUpSteps: 0 });
  expect(measurement).toMatchObject({ unit: 'architecture', steps: 1, threads: 1 });
  expect(measurement.perSecond * measurement.medianMs).toBeCloseTo(1000, 6);
  // tftas.md 9: about 12.5 million for 13 layers of width 192; the space is wider.
  expect(measurement.macs).toBeGreaterThan(12e6);
  expect(measurement.macs).toBeLessThan(21e6);
});

it('says what Python said when there is no PyTorch', async () => {
  await expect(measure(benchmarks['elasticvit-step-min'], await startEngine('ort'), {
    rounds: 1, stepsPerRound: 1, warmUpSteps: 1, python: 'no-such-python',
  })).rejects.toMatchObject({ code: 'peer-failed', message: expect.stringContaining('no-such-python') as string });
});
