import { InputError } from '../base/errors.ts';
import type { BackboneReport, ExportBackboneOptions } from '../export/backbone/exportBackbone.ts';
import type { Precision } from '../graph/onnx/precision.ts';
import { backboneOf } from '../network/backbone.ts';
import type { ImageSize } from '../network/imageSize.ts';
import type { Network } from '../network/network.ts';
import { flag, optional, type Kind } from './options.ts';
import { grouped, sizeText, tableLines } from './table.ts';

const imageSizeKind: Kind<ImageSize> = {
  placeholder: 'HxW', expected: 'height x width in pixels such as 1024x1024 or 800x1344',
  read(value) {
    const match = /^([1-9]\d*)x([1-9]\d*)$/i.exec(value);
    return match === null ? undefined : { height: Number(match[1]), width: Number(match[2]) };
  },
};

const levelsKind: Kind<readonly string[]> = {
  placeholder: 'C[,C]', expected: 'names of maps such as c2,c3,c4,c5',
  read: (value) => (/^\w+(,\w+)*$/.test(value) ? value.split(',') : undefined),
};

/** For files that detectors and the like build on. */
export const backboneOptions = {
  backbone: flag('Write the maps of the stages instead of logits, and a JSON file that describes them'),
  imageSize: optional(imageSizeKind, "With --backbone: height x width of the images in pixels (default: the architecture's)"),
  levels: optional(levelsKind, 'With --backbone: the maps that come out, c2 for stride 4, c3 for 8 ... (default: all from stride 4 on)'),
};

interface BackboneValues {
  readonly backbone: boolean;
  readonly imageSize?: ImageSize;
  readonly levels?: readonly string[];
  readonly precision: Precision;
  readonly resolution?: number;
  readonly classes?: number;
}

/** @throws InputError `usage` for options that do not go together */
export function requireBackbone({ backbone, imageSize, levels, precision, resolution, classes }: BackboneValues): void {
  const refuse = (problem: string) => new InputError('usage', `export: ${problem}.`);
  if (!backbone) {
    const stray = imageSize !== undefined ? '--image-size' : levels !== undefined ? '--levels' : undefined;
    if (stray !== undefined) throw refuse(`${stray} goes with --backbone`);
    return;
  }
  if (resolution !== undefined) throw refuse('--resolution is the size of images to classify; with --backbone give --image-size HxW');
  if (classes !== undefined) throw refuse('--classes goes without --backbone, which has no classifier');
  if (precision === 'int8') throw refuse('--backbone goes with --precision float32 or float16; ranges of integers belong to what a detector is shown');
}

/** Finds out before the work whether there is such a backbone. @throws as `backboneOf` */
export function requireLevels(network: Network, { imageSize, levels }: BackboneValues): void {
  backboneOf(network, imageSize ?? { height: network.resolution, width: network.resolution }, levels);
}

export async function exportedBackbone(
  { imageSize, levels, precision }: BackboneValues, source: Omit<ExportBackboneOptions, 'imageSize' | 'levels' | 'precision'>,
): Promise<BackboneReport> {
  const { exportBackbone } = await import('../export/backbone/exportBackbone.ts');
  return exportBackbone({ ...source, imageSize, levels, precision: precision === 'float16' ? precision : 'float32' });
}

const columns = [
  { title: 'map', align: 'left' }, { title: 'stride', align: 'right' }, { title: 'channels', align: 'right' }, { title: 'height x width', align: 'right' },
] as const;

export async function printBackbone(report: BackboneReport, { print, engine, card }: { print(line: string): Promise<void>; engine: string; card: string }): Promise<void> {
  const { path, descriptionPath, precision, sizeBytes, opset, imageSize, padding, params, macs, outputs, checked, nodes } = report;
  const sizeOf = ({ height, width }: ImageSize) => `${height}x${width}`;
  await print(`${path}: backbone, ${precision}, ${sizeText(sizeBytes)}, opset ${opset}, images of ${sizeOf(imageSize)}; described in ${descriptionPath}`);
  const added = [...(padding.bottom > 0 ? [`${padding.bottom} rows below`] : []), ...(padding.right > 0 ? [`${padding.right} columns to the right`] : [])];
  if (added.length > 0) await print(`The file pads images with zeros: ${added.join(' and ')}.`);
  await print(`parameters  ${grouped(params)}`);
  await print(`MACs        ${grouped(macs)}`);
  await print('');
  for (const line of tableLines(columns, outputs.map(({ name, stride, channels, height, width }) => [name, String(stride), String(channels), `${height} x ${width}`]))) {
    await print(line);
  }
  await print('');
  const where = checked.height === imageSize.height && checked.width === imageSize.width ? ''
    : ` at ${sizeOf(checked)}, because the attention maps of ${sizeOf(imageSize)} are too large to try here`;
  await print(`ONNX Runtime differs from the ${engine} engine by at most ${checked.maxAbsDiff.toExponential(1)}, ${checked.relativeDiff.toExponential(1)} of a map's scale${where}.`);
  await print(`Operators: ${nodes} in the file.`);
  await print(`Card: ${card}`);
}
