import { existsSync } from 'node:fs';
import { InputError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import { refitDevice, type Refit } from '../../latency/calibration/refitDevice.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { formatJson } from '../../latency/formatJson.ts';
import type { PlacedMeasurement } from '../../latency/measurements/parseMeasurements.ts';
import type { SearchSpace } from '../../spaces/space.ts';
import { referenceNetworks } from '../devices/fitDevice.ts';
import { writeFileAtomic } from '../files.ts';

export interface RefitOptions {
  readonly space: SearchSpace;
  readonly name: string;
  readonly seed: number;
  readonly known?: readonly DeviceModel[];
  /** How the model can be made again. */
  readonly command: string;
}

/**
 * Adds measurements to a device model and writes the result as a new file.
 * @param out must not be there yet: an earlier model is what studies were searched with
 * @throws InputError `file-exists`; as `refitDevice`
 */
export async function refit(earlier: DeviceModel, placed: readonly PlacedMeasurement[], { out, ...options }: RefitOptions & { readonly out: string }): Promise<Refit> {
  requireFree(out);
  const made = refitOf(earlier, placed, options);
  await writeFileAtomic(out, formatJson(made.model));
  return made;
}

/** The same without a file. @throws as `refitDevice` */
export function refitOf(earlier: DeviceModel, placed: readonly PlacedMeasurement[], { space, name, seed, known = [], command }: RefitOptions): Refit {
  const measured = placed.map(({ measurement }) => measurement.of).find((of) => of.kind === 'network');
  const random = new Random(seed).fork('calibration');
  const made = refitDevice(earlier, placed, {
    name, seed: String(seed), known, random, command, reference: referenceNetworks(space, random.fork('reference'), measured?.classes),
  });
  // What a person calls the device stays.
  return { ...made, model: { ...made.model, device: { ...made.model.device, title: earlier.device.title } } };
}

/** @throws InputError `file-exists` */
export function requireFree(out: string): void {
  if (existsSync(out)) throw new InputError('file-exists', `${out}: is there already; expected the path of a new file, because studies depend on the model that they were searched with.`);
}
