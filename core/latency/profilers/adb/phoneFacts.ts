import type { Condition } from '../../measurements/record.ts';
import type { AdbPhone } from './adbClient.ts';

/** What a phone says of itself. */
export interface PhoneFacts {
  readonly device: string;
  readonly systemOnChip: string | undefined;
  readonly operatingSystem: string;
  /** `arm64-v8a` on phones of our time. */
  readonly abi: string;
  /** Highest clock of each processor in kHz, by its number; those that are off are missing. */
  readonly clocksKHz: ReadonlyMap<number, number>;
}

const properties = ['ro.product.manufacturer', 'ro.product.model', 'ro.soc.manufacturer', 'ro.soc.model', 'ro.board.platform', 'ro.build.version.release',
  'ro.product.cpu.abi'] as const;

export async function readFacts(phone: AdbPhone): Promise<PhoneFacts> {
  const { output } = await phone.shell(properties.map((name) => `getprop ${name}`).join('; '));
  const [maker, model, chipMaker, chip, board, release, abi] = output.split('\n').map((line) => line.trim());
  const clocks = await phone.shell('grep . /sys/devices/system/cpu/cpu[0-9]*/cpufreq/cpuinfo_max_freq');
  const found = [...clocks.output.matchAll(/cpu(\d+)\/cpufreq\/cpuinfo_max_freq:(\d+)/g)].map((match) => [Number(match[1]), Number(match[2])] as const);
  return {
    device: model.startsWith(maker) ? model : `${maker} ${model}`.trim() || phone.serial,
    systemOnChip: [chipMaker, chip || board].filter((part) => part !== '').join(' ') || undefined,
    operatingSystem: `Android ${release}`, abi, clocksKHz: new Map(found),
  };
}

/** The fastest processors, as many as there are threads, ascending; the later of equals, which are idle more often. */
export function fastestProcessors(clocksKHz: ReadonlyMap<number, number>, count: number): number[] {
  return [...clocksKHz].sort(([a, left], [b, right]) => right - left || b - a).slice(0, count).map(([processor]) => processor).sort((a, b) => a - b);
}

/** For taskset: the bit of each processor, in hexadecimal. */
export const affinityMask = (processors: readonly number[]) => processors.reduce((mask, processor) => mask | (1n << BigInt(processor)), 0n).toString(16);

export async function readCondition(phone: AdbPhone): Promise<Condition> {
  const { output } = await phone.shell('dumpsys battery; dumpsys thermalservice');
  return parseCondition(output);
}

/** From what `dumpsys battery` (tenths of degrees) and `dumpsys thermalservice` say; what they do not say is missing. */
export function parseCondition(text: string): Condition {
  const battery = (name: string) => new RegExp(`^\\s*${name}: (-?\\w+)\\s*$`, 'm').exec(text)?.[1];
  const [level, tenths] = [battery('level'), battery('temperature')].map((value) => (value === undefined ? NaN : Number(value)));
  const powered = [...text.matchAll(/^\s*\w+ powered: (true|false)/gm)].map((match) => match[1] === 'true');
  // Of one reading: later lists repeat the sensors with their limits.
  const current = text.split(/Current temperatures from HAL/)[1]?.split(/Current cooling devices|Temperature static thresholds/)[0] ?? '';
  const processors = [...current.matchAll(/mValue=(-?[\d.]+), mType=0\b/g)].map((match) => Number(match[1])).filter((value) => value > 0 && value < 150);
  return {
    ...(tenths > -400 && tenths < 1500 && { temperatureC: tenths / 10 }),
    ...(processors.length > 0 && { processorTemperatureC: Math.max(...processors) }),
    ...(level >= 0 && level <= 100 && { batteryPercent: level }),
    ...(powered.length > 0 && { isCharging: powered.includes(true) }),
  };
}
