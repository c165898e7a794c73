import { Random } from '../../base/random.ts';
import { calibrateDevice } from '../../latency/calibration/calibrateDevice.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import type { PlacedMeasurement } from '../../latency/measurements/parseMeasurements.ts';
import type { SearchSpace } from '../../spaces/space.ts';

/** Networks of the space that the interval speaks for. */
const referenceNetworks = 200;

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
  const sampled = random.fork('reference');
  const measured = placed.map(({ measurement }) => measurement.of).find((of) => of.kind === 'network');
  return calibrateDevice(placed, {
    name, seed: String(seed), known, random, command,
    reference: Array.from({ length: referenceNetworks }, () => space.lower(space.sample(sampled), { classes: measured?.classes })),
  });
}
