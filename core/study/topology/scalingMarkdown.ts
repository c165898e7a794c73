import { markdownTable } from '../markdownTable.ts';
import { timesText } from './meter.ts';
import type { AutoScalingOutcome } from './scaleTopology.ts';

/** An auto-scaling as Markdown: every network on the way. */
export function scalingMarkdown({ plan, records, trajectory, endedBy, random }: AutoScalingOutcome): string {
  const seconds = records.reduce((sum, record) => sum + record.seconds, 0);
  const macs = records.reduce((sum, record) => sum + record.macs, 0);
  const last = trajectory[trajectory.length - 1];
  const ends = random.map((points) => points[points.length - 1]);
  const mean = (of: (end: (typeof ends)[number]) => number) => ends.reduce((sum, end) => sum + of(end), 0) / ends.length;
  return [
    `${records.length} candidates measured by ${plan.measures.join(' and ')} ${timesText(plan.repeats)} at 1/${plan.widthDivisor} of their width, ranked `
      + `by the rule "${plan.settings.ranking}"; ${(seconds / 60).toFixed(1)} minutes, ${(macs / 1e12).toFixed(1)} T MACs executed.`,
    markdownTable(['step', 'width', 'depths', 'parameters', 'MACs', ...plan.measures], trajectory.map(({ width, depths, params, macs: own, estimates }, step) => [
      String(step), String(width), depths.join(', '), `${(params / 1e6).toFixed(2)} M`, `${(own / 1e9).toFixed(2)} G`,
      ...plan.measures.map((_, m) => (estimates ? `${estimates[m].mean.toPrecision(3)} ± ${estimates[m].standardError.toPrecision(1)}` : '')),
    ])),
    ...(endedBy ? [endedBy] : []),
    `At the end ${last.totalDepth} blocks with ${last.totalWidth} channels in all; growing at random ends, on average over ${ends.length} seeds, with `
      + `${mean((end) => end.totalDepth).toFixed(1)} blocks and ${mean((end) => end.totalWidth).toFixed(0)} channels.`,
  ].join('\n\n') + '\n';
}
