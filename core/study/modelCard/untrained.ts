import { listDevices, loadDevice } from '../../latency/devices.ts';
import type { DescribedModel } from './describeModel.ts';
import type { CardOrigin } from './writeCard.ts';
import { sizeOptions } from './sizeOptions.ts';
import { commandText } from './words.ts';

/** How an architecture was exported by its name. */
export interface NamedExport {
  readonly seed: number;
  readonly batch: number | 'dynamic';
  /** "ort 1.30.0". */
  readonly engine: string;
  /** Folder of images that integers got their ranges from. */
  readonly images?: string;
}

/** The origin of an architecture with untrained weights of a seed, for all devices that ship. */
export function untrainedOrigin(model: DescribedModel, { seed, batch, engine, images }: NamedExport): CardOrigin {
  const { file, network } = model;
  return {
    weights: { origin: 'untrained', text: `Its weights are untrained, drawn from the seed ${seed}.` }, engine, data: null, recipe: null, accuracy: null,
    devices: listDevices().map(({ name }) => ({ model: loadDevice(name) })), preparation: null, remarks: [],
    reproduce: {
      commands: [commandText('export', {
        space: network.space, arch: network.published ?? JSON.stringify(network.architecture), seed, ...sizeOptions(model), precision: file.precision,
        batch, ...(images !== undefined && file.calibration && { images, 'calibration-images': file.calibration.images, ranges: file.calibration.ranges }), out: file.name,
      })],
      files: [], note: null,
    },
  };
}
