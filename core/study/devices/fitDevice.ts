import { Random } from '../../base/random.ts';
import { calibrateDevice } from '../../latency/calibration/calibrateDevice.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import type { PlacedMeasurement } from '../../latency/measurements/parseMeasurements.ts';
import type { Network } from '../../network/network.ts';
import type { SearchSpace } from '../../spaces/space.ts';

/** Networks of the space that the interval speaks for. */
const referenceCount = 200;

export interface DeviceFit {
  readonly space: SearchSpace;
  readonly name: string;
  /** Models of other devices to start from. */
  readonly known: readonly DeviceModel[];
  /** Of which networks are held out together, and of those that the interval speaks for. */
  readonly seed: number;
  /** How the model can be made again. */
  readonly command: string;
}

/** A device model for the networks of a space. @throws as `calibrateDevice` */
export function fitDevice(placed: readonly PlacedMeasurement[], { space, name, known, seed, command }: DeviceFit): DeviceModel {
  const random = new Random(seed).fork('calibration');
  const measured = placed.map(({ measurement }) => measurement.of).find((of) => of.kind === 'network');
  return calibrateDevice(placed, {
    name, seed: String(seed), known, random, command,
    reference: referenceNetworks(space, random.fork('reference'), measured?.classes),
  });
}

/** Random networks of the space, for as many classes as what was measured. */
export function referenceNetworks(space: SearchSpace, random: Random, classes: number | undefined): Network[] {
  return Array.from({ length: referenceCount }, () => space.lower(space.sample(random), { classes }));
}
