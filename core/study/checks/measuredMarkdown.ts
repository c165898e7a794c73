import { differenceWords } from '../../latency/checks/matchTarget.ts';
import { judgementText } from '../../latency/checks/verdictText.ts';
import { targetTitle } from '../../latency/measurements/target.ts';
import { architectureId } from '../../search/result.ts';
import { getSpace } from '../../spaces/index.ts';
import { ms } from '../frontsTable.ts';
import { markdownTable } from '../markdownTable.ts';
import type { DeviceChecks } from './studyChecks.ts';

/** What a study has measured beside what was predicted, as Markdown: a table for each device and target. */
export function measuredMarkdown(name: string, checks: readonly DeviceChecks[]): string {
  return [`# ${name}: measured`, ...checks.flatMap(({ device, targets, problem }) => [
    ...targets.map(({ target, match, checks: rows, judgement }) => [
      `## ${device}, measured on ${targetTitle(target)}`,
      markdownTable(['architecture', 'predicted', 'interval', 'measured', 'rounds apart', 'error', 'inside'], rows.map(
        ({ of, latencyMs, lowMs, highMs, measurement, errorPercent, isInside, isDoubtful }) => {
          const space = getSpace(of.space);
          return [
            architectureId(space.key(space.parse(of.arch))), ms(latencyMs), `${ms(lowMs)} to ${ms(highMs)}`, ms(measurement.latencyMs),
            measurement.spread === null ? '' : `${(100 * measurement.spread).toFixed(1)} %${isDoubtful ? ' (doubtful)' : ''}`,
            `${errorPercent > 0 ? '+' : ''}${errorPercent.toFixed(1)} %`, isInside ? 'yes' : 'no',
          ];
        })),
      judgement !== undefined ? judgementText(judgement) : match === undefined ? 'The device model does not tell what exactly was measured, so it is not judged by this.'
        : `The device model does not speak for this (${differenceWords(match.foreign)}), so it is not judged by it.`,
    ].join('\n\n')),
    ...(problem === undefined ? [] : [`## ${device}\n\nWhat was measured cannot be read: ${problem}`]),
  ])].join('\n\n') + '\n';
}
