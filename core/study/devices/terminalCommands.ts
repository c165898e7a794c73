import type { Way } from '../measuring/measuringTask.ts';
import type { Calibration } from './calibrationFile.ts';

/**
 * The commands that do in a terminal what the window does, from the folder of the devices: export, measure, fit. A session
 * that one of them began goes on in the other.
 */
export function terminalCommands(name: string, calibration: Calibration): string[] {
  const { source, parts } = calibration;
  if (source.kind === 'import') return [fitCommand(name, calibration)];
  const last = parts.length;
  return [
    // Later sets leave out what earlier ones have; the window alone writes those.
    ...(last === 1 ? [setCommand(name, calibration)] : []),
    measureCommand(name, last, source, calibration.seed),
    fitCommand(name, calibration),
  ];
}

/** The command that makes the device model of all that was measured. */
export function fitCommand(name: string, { space, parts, from, seed, source }: Calibration): string {
  const files = source.kind === 'import' ? [`${name}/imports/1.jsonl`] : parts.map((_, i) => `${name}/sessions/${i + 1}/measurements.jsonl`);
  return `pocketformer calibrate --space ${space} --measurements ${files.join(' ')}${fromOption(from)} --seed ${seed} --out ${name}/${name}.json`;
}

function setCommand(name: string, { space, classes, seed, from, precision, images, parts: [{ networks, probes }] }: Calibration): string {
  const files = precision === 'float32' ? '' : ` --precision ${precision}${images === undefined ? '' : ` --images ${quoted(images.folder)}${images.images === undefined ? '' : ` --calibration-images ${images.images}`}`
    + `${images.ranges === undefined ? '' : ` --ranges ${images.ranges}`}`}`;
  return `pocketformer calibration-set --space ${space} --classes ${classes} --count ${networks}${probes > 0 ? ` --probes ${probes}` : ''}${fromOption(from)}${files} --seed ${seed} --out ${name}/sets/1`;
}

function measureCommand(name: string, part: number, { on, told, threads, processors, settings }: Extract<Calibration['source'], { kind: 'measure' }>, seed: number): string {
  const { rounds, timed, maxDrift, coolDownSeconds } = settings;
  return [
    `pocketformer profile ${name}/sets/${part}`, ...wayOptions(on), ...(told?.device ? [`--device ${quoted(told.device)}`] : []), ...(told?.systemOnChip ? [`--soc ${quoted(told.systemOnChip)}`] : []), ...(told?.operatingSystem ? [`--os ${quoted(told.operatingSystem)}`] : []), `--threads ${threads}`, ...(processors ? [`--processors ${processors.join(',')}`] : []),
    `--rounds ${rounds} --runs ${timed.runs} --seconds ${timed.seconds} --max-drift ${100 * maxDrift} --cool-down ${coolDownSeconds} --seed ${seed} --out ${name}/sessions/${part}`,
  ].join(' ');
}

function wayOptions(on: Way): string[] {
  switch (on.way) {
    case 'host': return ['--on host', ...(on.spinning ? ['--spinning'] : [])];
    case 'adb': return [
      `--on adb:${on.serial} --runner ${quoted(on.runner)}`, ...(on.provider ? [`--provider ${on.provider}`] : []), ...(on.runtimeVersion ? [`--runtime-version ${on.runtimeVersion}`] : []),
    ];
    case 'browser': return ['--on browser', ...(on.provider === 'wasm' ? [] : [`--provider ${on.provider}`]), ...(on.network ? ['--lan'] : []), ...(on.https ? ['--https'] : []), ...(on.port > 0 ? [`--port ${on.port}`] : [])];
  }
}

const fromOption = (from: readonly string[]) => (from.length === 0 ? '' : ` --from ${from.join(',')}`);
const quoted = (path: string) => (/^[\w./:\\-]+$/.test(path) ? path : `"${path}"`);
