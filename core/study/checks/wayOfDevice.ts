import { InputError } from '../../base/errors.ts';
import { browserProviders } from '../../latency/profilers/browser/messages.ts';
import { protocolSettingsSchema } from '../../latency/protocol/settings.ts';
import { calibrationBeside } from '../devices/calibrationFile.ts';
import type { MeasuringSettings } from '../measuring/measuringTask.ts';
import type { StudyDeviceFile } from './studyDevice.ts';

export type MeasuringWay = Pick<MeasuringSettings, 'on' | 'told' | 'threads' | 'processors' | 'settings'>;

/**
 * How a device model was measured, so that its best networks can be measured in the same way without a question: as its
 * calibration says, if it was made in the library, or else as its target tells.
 * @throws InputError `unknown-way` with what to do instead
 */
export async function wayOfDevice({ name, model: { target }, path }: StudyDeviceFile): Promise<MeasuringWay> {
  const source = path === undefined ? undefined : (await calibrationBeside(path))?.source;
  if (source?.kind === 'measure') return source;
  const byHand = `Measure with "pocketformer measure" in a terminal, which asks how.`;
  if (target === undefined) throw new InputError('unknown-way', `${name} is a model of a published table and does not tell on which device it was measured, so nothing can be compared with it.`);
  const { threads, affinity, provider, spinning = false, device, systemOnChip } = target;
  const common = { threads, ...(affinity !== undefined && { processors: affinity }), settings: protocolSettingsSchema.parse({}) };
  if (target.runtime.name === 'onnxruntime-node') return { ...common, on: { way: 'host', spinning } };
  const browser = browserProviders.find((each) => each === provider);
  if (target.runtime.name === 'onnxruntime-web' && browser !== undefined) {
    return { ...common, on: { way: 'browser', provider: browser, network: true, https: threads > 1 || browser === 'webgpu', port: 0 }, told: { device, ...(systemOnChip !== undefined && { systemOnChip }) } };
  }
  throw new InputError('unknown-way', `${name} was measured with ${target.runtime.name}, and its file does not tell how to reach the device. ${byHand}`);
}
