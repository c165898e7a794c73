import type { Target } from '../measurements/record.ts';
import type { Profiler } from './profiler.ts';

/** What a person says of a device that does not tell it, or tells it badly: browsers mostly hide which phone they run on. */
export interface ToldDevice {
  readonly device?: string;
  readonly systemOnChip?: string;
  readonly operatingSystem?: string;
}

/** The same profiler, whose measurements have the names that the person gave. */
export function named<P extends Pick<Profiler, 'target'>>(profiler: P, { device, systemOnChip, operatingSystem }: ToldDevice): P {
  const { device: own, systemOnChip: ownChip, operatingSystem: ownSystem, ...rest } = profiler.target;
  const chip = systemOnChip ?? ownChip;
  const system = operatingSystem ?? ownSystem;
  const target: Omit<Target, 'precision'> = { device: device ?? own, ...(chip !== undefined && { systemOnChip: chip }), ...(system !== undefined && { operatingSystem: system }), ...rest };
  return { ...profiler, target };
}
