import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { EnvironmentError } from '../../base/errors.ts';
import type { Measurement } from '../../bench/measure.ts';
import { defineCommand, type Surroundings } from '../command.ts';
import { engineOption } from '../commandOptions.ts';
import { argument, oneOfChoices, optional, text, wholeNumber, withDefault } from '../options.ts';
import { tableLines } from '../table.ts';

/** Written out because loading the benchmarks loads the engines. */
export const benchmarkNames = [
  'vit-step', 'elasticvit-step-min', 'elasticvit-step-S2', 'elasticvit-step-L3', 'supernet-step', 'freezing-stages', 'freezing-backbone', 'freezing-backbone-kept', 'dss', 'asvit-curves', 'asvit-ntk',
] as const;

export const bench = defineCommand({
  name: 'bench',
  summary: 'Time training steps and scores, in turns with the same in PyTorch where there is one',
  details: 'A step is forward, backward and update in float32. "freezing-..." are steps of a training with frozen blocks, in turns with the same that trains all of them. "dss" scores AutoFormer-Tiny subnets, 1,024 a step, and its times are those of one; '
    + 'its peer computes the score literally. "asvit-curves" and "asvit-ntk" are As-ViT\'s measures of its seed topology, without a peer. "all" runs each benchmark in a process of its own, so that '
    + 'the memory is its own too.',
  json: 'One object: {name, title, unit, engine, device, threads, medianMs, minMs, spread, steps, peakBytes, perSecond, macs, shareOfPeak, peer, ratio}; '
    + 'with "all", one a line',
  options: {
    name: argument(oneOfChoices('NAME', [...benchmarkNames, 'all']), 'What to time'),
    engine: engineOption,
    threads: optional(wholeNumber('N', 1, 256), "Threads (default: the engine's choice)"),
    rounds: withDefault(wholeNumber('N', 1, 1000), 5, 'Turns'),
    steps: withDefault(wholeNumber('N', 1, 1000), 6, 'Steps in each turn'),
    peer: optional(text('PYTHON', 'the path of a Python with PyTorch 2'), 'Take turns with PyTorch, run by this Python'),
    out: optional(text('PREFIX', 'a path without ending'), 'With "all": write PREFIX.json and PREFIX.md'),
  },
  examples: ['pocketformer bench vit-step', 'pocketformer bench all --peer python3 --out docs/benchmarks'],
  async run(options, surroundings) {
    const { name, out, ...settings } = options;
    const measurements = name === 'all' ? await measureAll(settings, surroundings) : [await measureHere(name, settings, surroundings)];
    if (out !== undefined) await writeReport(out, measurements);
    if (surroundings.json) {
      for (const measurement of measurements) await surroundings.print(JSON.stringify(measurement));
      return;
    }
    const { mebibytes, milliseconds, percent, ratioText } = await import('../../bench/report.ts');
    const rows = measurements.map((m) => [
      m.name, m.engine, String(m.threads), milliseconds(m.medianMs), `+-${percent(m.spread)}`, mebibytes(m.peakBytes), percent(m.shareOfPeak),
      m.peer ? milliseconds(m.peer.medianMs) : '-', m.peer ? mebibytes(m.peer.peakBytes) : '-', m.ratio === null ? '-' : ratioText(m.ratio),
    ]);
    for (const line of tableLines(columns, rows)) await surroundings.print(line);
    for (const m of measurements.filter(({ unit }) => unit === 'architecture')) {
      await surroundings.print(`\n${m.name}: ${rate(m.perSecond)} architectures a second, ${(m.macs / 1e6).toFixed(1)} million multiply-accumulates each.`);
    }
    const peers = new Set(measurements.flatMap((m) => (m.peer ? [m.peer.name] : [])));
    if (peers.size > 0) await surroundings.print(`\nBeside ${[...peers].join(' and ')}; ratios below 1 say that the step itself is faster.`);
  },
});

const rate = (perSecond: number) => (perSecond < 10 ? perSecond.toPrecision(2) : Math.round(perSecond).toLocaleString('en-US'));

interface Settings {
  readonly engine: string;
  readonly threads: number | undefined;
  readonly rounds: number;
  readonly steps: number;
  readonly peer: string | undefined;
}

async function measureHere(name: string, { engine: choice, threads, rounds, steps, peer }: Settings, { note }: Surroundings): Promise<Measurement> {
  const [{ startEngine }, { benchmarks }, { measure }] = await Promise.all([
    import('../../engine/engines.ts'), import('../../bench/benchmarks.ts'), import('../../bench/measure.ts'),
  ]);
  const engine = await startEngine(choice, { threads });
  return measure(benchmarks[name], engine, {
    rounds, stepsPerRound: steps, warmUpSteps: 3, python: peer,
    onRound: (done, total) => note(`${name}: turn ${done} of ${total}`),
  });
}

async function measureAll(settings: Settings, { note }: Surroundings): Promise<Measurement[]> {
  const { execFile } = await import('node:child_process');
  const { promisify } = await import('node:util');
  const measurements: Measurement[] = [];
  for (const name of benchmarkNames) {
    note(`${name} ...`);
    const { engine, threads, rounds, steps, peer } = settings;
    const args = [process.argv[1], 'bench', name, '--engine', engine, '--rounds', String(rounds), '--steps', String(steps), '--json', '--quiet',
      ...(threads === undefined ? [] : ['--threads', String(threads)]), ...(peer === undefined ? [] : ['--peer', peer])];
    try {
      const { stdout } = await promisify(execFile)(process.execPath, args);
      measurements.push(JSON.parse(stdout) as Measurement);
    } catch (error) {
      throw new EnvironmentError('bench-failed', `Benchmark ${name} failed: ${(error as { stderr?: string }).stderr?.trim() ?? String(error)}`);
    }
  }
  return measurements;
}

async function writeReport(prefix: string, measurements: readonly Measurement[]): Promise<void> {
  const [{ reportLines, thisMachine }, { writeFileAtomic }] = await Promise.all([import('../../bench/report.ts'), import('../../study/files.ts')]);
  const report = { date: new Date().toISOString().slice(0, 10), machine: thisMachine(), measurements };
  mkdirSync(dirname(prefix), { recursive: true });
  await writeFileAtomic(`${prefix}.json`, `${JSON.stringify(report, null, 2)}\n`);
  await writeFileAtomic(`${prefix}.md`, `${reportLines(report).join('\n')}`);
}

const columns = [
  { title: 'step', align: 'left' }, { title: 'engine', align: 'left' }, { title: 'threads', align: 'right' },
  { title: 'median', align: 'right' }, { title: 'spread', align: 'right' }, { title: 'memory', align: 'right' },
  { title: 'of the limit', align: 'right' }, { title: 'peer', align: 'right' }, { title: 'its memory', align: 'right' },
  { title: 'ratio', align: 'right' },
] as const;
