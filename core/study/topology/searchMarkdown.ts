import { markdownTable } from '../markdownTable.ts';
import { timesText } from './meter.ts';
import type { TopologySearchOutcome } from './searchTopology.ts';

/** A topology search as Markdown: what came out, and what the policy has learned. */
export function searchMarkdown({ plan, records, result, statistics }: TopologySearchOutcome): string {
  const seconds = records.reduce((sum, record) => sum + record.seconds, 0);
  const macs = records.reduce((sum, record) => sum + record.macs, 0);
  const measured = records.filter((record) => record.macs > 0).length;
  return [
    result ? `Topology: ${result.key}, ${(result.params / 1e6).toFixed(2)} M parameters, ${(result.macs / 1e9).toFixed(3)} G MACs`
      : 'None of the topologies that the policy finds likely is within the limits.',
    `${records.length} of ${plan.settings.steps} steps, ${measured} topologies measured by ${plan.measures.join(' and ')} ${timesText(plan.repeats)}; `
      + `${(seconds / 60).toFixed(1)} minutes, ${(macs / 1e12).toFixed(1)} T MACs executed. Entropy of the policy: `
      + `${records.at(0)?.entropy.toFixed(1) ?? ''} nats after the first step, ${records.at(-1)?.entropy.toFixed(1) ?? ''} after the last.`,
    'Mean of each choice under the policy, and its standard deviation over the mean:',
    markdownTable(['choice', 'mean', 'deviation / mean'], statistics.map(({ title, mean, deviation }) => [title, mean.toFixed(1), (deviation / mean).toFixed(2)])),
  ].join('\n\n') + '\n';
}
