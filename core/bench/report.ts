import { arch, cpus, platform, totalmem } from 'node:os';
import type { Measurement } from './measure.ts';

/** All benchmarks of one occasion. */
export interface BenchReport {
  readonly date: string;
  readonly machine: { readonly processor: string; readonly cores: number; readonly memoryBytes: number; readonly system: string; readonly node: string };
  readonly measurements: readonly Measurement[];
}

export function thisMachine(): BenchReport['machine'] {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, memoryBytes: totalmem(),
    system: `${platform()}-${arch()}`, node: process.version,
  };
}

/** The report as Markdown. */
export function reportLines({ date, machine, measurements }: BenchReport): string[] {
  const { processor, cores, memoryBytes, system, node } = machine;
  return [
    '# Training steps and scores, measured',
    '',
    `${date}, ${processor}, ${cores} cores, ${Math.round(memoryBytes / 2 ** 30)} GiB, ${system}, Node ${node.slice(1)}. `
    + 'Both sides take turns in the same minutes; the ratio is the median of the turns\' ratios, below 1 where Pocketformer or, of freezing, the frozen step is faster. '
    + '"Of the limit" compares with a large matrix product on the same threads. Written by `npm run bench`.',
    '',
    '| step, or architecture scored | engine | threads | median | fastest | memory | of the limit | peer | its median | its memory | ratio |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...measurements.map((m) => `| ${[
      `${m.name}: ${m.title}`, m.engine, m.threads, milliseconds(m.medianMs), milliseconds(m.minMs), mebibytes(m.peakBytes),
      percent(m.shareOfPeak), ...(m.peer
        ? [m.peer.name, milliseconds(m.peer.medianMs), mebibytes(m.peer.peakBytes), ratioText(m.ratio!)]
        : ['-', '-', '-', '-']),
    ].join(' | ')} |`),
    '',
  ];
}

/** Ratios of a thousandth have digits too. */
export const ratioText = (ratio: number) => (ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2));
export const milliseconds = (value: number) => `${value.toFixed(value < 1 ? 3 : value < 100 ? 1 : 0)} ms`;
export const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
export const percent = (share: number) => `${Math.round(100 * share)} %`;
