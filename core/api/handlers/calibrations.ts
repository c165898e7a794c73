import { resolve } from 'node:path';
import { protocolOf, sessionMinutes } from '../../latency/protocol/settings.ts';
import { getSpace } from '../../spaces/index.ts';
import type { CalibrationRow } from '../../study/devices/calibrationList.ts';
import { createCalibration } from '../../study/devices/createCalibration.ts';
import { terminalCommands } from '../../study/devices/terminalCommands.ts';
import { wayWords } from '../../study/measuring/measuringTask.ts';
import type { OutputOf, ParsedInputOf } from '../contract/contract.ts';
import type { CalibrationView } from '../contract/types.ts';

/** @returns the folder of the new device. @throws as createCalibration */
export async function makeCalibration(library: string, { source, classes, ...input }: ParsedInputOf<'calibrations.create'>): Promise<string> {
  const chosen = { ...input, classes: classes ?? getSpace(input.space).defaultClasses };
  if (source.kind === 'import') {
    return createCalibration(library, { ...chosen, source: { kind: 'import', target: source.target } }, {
      path: resolve(source.path), ...(source.models !== undefined && { model: resolve(source.models) }),
    });
  }
  const { on, told, threads, processors, lengths, part, precision, images } = source;
  return createCalibration(library, {
    ...chosen, parts: [part], precision, ...(images && { images: { ...images, folder: resolve(images.folder) } }),
    source: { kind: 'measure', on, ...(told && { told }), threads, ...(processors && { processors: [...processors].sort((a, b) => a - b) }), settings: protocolOf(lengths) },
  });
}

export function estimateCalibration({ part, lengths }: ParsedInputOf<'calibrations.estimate'>): OutputOf<'calibrations.estimate'> {
  return { minutes: sessionMinutes(part.networks + part.probes, protocolOf(lengths)) };
}

/** @param ownPids processes that this core has started */
export function calibrationView({ calibration, holders, parts, problem, ...row }: CalibrationRow, ownPids: ReadonlySet<number>): CalibrationView {
  return {
    ...row, title: calibration?.title ?? row.name, problem: problem && { ...problem }, models: [...row.models],
    parts: parts.map((part) => ({ ...part, measured: part.measured && { ...part.measured }, difference: part.difference && { ...part.difference } })),
    setup: calibration && setupOf(calibration),
    runsElsewhere: holders.some(({ pid }) => !ownPids.has(pid)),
    commands: calibration === null ? [] : terminalCommands(row.name, calibration),
  };
}

function setupOf({ created, space, classes, from, source, precision }: NonNullable<CalibrationRow['calibration']>): CalibrationView['setup'] {
  const common = { created, space, classes, from: [...from], precision: source.kind === 'import' ? source.target.precision ?? 'float32' : precision };
  if (source.kind === 'import') return { ...common, way: 'import', where: source.target.device, threads: source.target.threads ?? 1, lengths: null };
  const { on, threads, settings: { rounds, timed, maxDrift, coolDownSeconds } } = source;
  return { ...common, way: on.way, where: wayWords(on), threads, lengths: { rounds, runs: timed.runs, seconds: timed.seconds, maxDrift, coolDownSeconds } };
}
