import type { Device } from '../../../core/api/contract/types.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A year, month or day as the models write it ("2023-02"), for people: "Feb 2023". */
export function measuredText(measuredOn: string | null): string {
  if (measuredOn === null) return 'not stated';
  const [year, month, day] = measuredOn.split('-');
  return [day === undefined ? '' : String(Number(day)), month === undefined ? '' : months[Number(month) - 1], year].filter(Boolean).join(' ');
}

/** How long ago that was, as exactly as it is known: "3 years ago", "this year"; empty when it is not. */
export function ageText(measuredOn: string | null, now: Date): string {
  if (measuredOn === null) return '';
  const [year, month] = measuredOn.split('-').map(Number);
  const years = now.getFullYear() - year;
  if (month === undefined) return years <= 0 ? 'this year' : plural(years, 'year');
  const passed = years * 12 + now.getMonth() + 1 - month;
  if (passed <= 0) return 'this month';
  return passed < 24 ? plural(passed, 'month') : plural(Math.floor(passed / 12), 'year');
}

const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'} ago`;

export type Errors = Device['evaluations'][number]['errors'];

/** The share of predictions within so many percent of the measurement, in percent; null where the model does not tell. */
export function within(errors: Errors, percent: number): number | null {
  return errors.withinPercent[String(percent)] ?? null;
}

/** An error in percent with the digits that are worth reading: "0.44 %", "13.7 %". */
export function errorText(percent: number): string {
  const size = Math.abs(percent);
  const text = size.toFixed(size < 1 ? 2 : 1);
  return `${percent < 0 && Number(text) !== 0 ? '−' : ''}${text} %`;
}

export function shareText(percent: number | null): string {
  if (percent === null) return '–';
  if (percent === 100) return '100 %';
  return percent > 99.9 ? '> 99.9 %' : `${percent.toFixed(1)} %`;
}

/** What the features of a block are called in the ranges of validity, with their unit. */
const features: Readonly<Record<string, { title: string; unit?: string }>> = {
  grid: { title: 'Grid', unit: 'px' }, channels: { title: 'Channels' }, inputChannels: { title: 'Input channels' },
  outputChannels: { title: 'Output channels' }, kernelSize: { title: 'Kernel', unit: 'px' }, stride: { title: 'Stride' },
  expandRatio: { title: 'Expansion ratio' }, squeezeRatio: { title: 'Squeeze ratio' }, heads: { title: 'Heads' }, headDim: { title: 'Head width' },
  valueRatio: { title: 'Value ratio' }, maxDistance: { title: 'Longest distance' }, mlpRatio: { title: 'MLP ratio' }, features: { title: 'Features' }, classes: { title: 'Classes' },
  matmulMacs: { title: 'MACs in products', unit: 'M' }, depthwiseMacs: { title: 'MACs in depthwise convolutions', unit: 'M' },
  attentionMacs: { title: 'MACs in attention', unit: 'M' }, readWriteBytes: { title: 'Activations moved', unit: 'MB' },
  weightBytes: { title: 'Weights', unit: 'MB' }, tokens: { title: 'Tokens' }, windowTokens: { title: 'Tokens of a window' },
};

export function featureTitle(name: string): string {
  return features[name]?.title ?? name.replace(/([a-z])([A-Z])/g, (_, before: string, capital: string) => `${before} ${capital.toLowerCase()}`);
}

/** "16 to 320", "1000 only", with the unit where there is one. */
export function rangeText(name: string, min: number, max: number): string {
  const unit = features[name]?.unit;
  const end = unit === undefined ? '' : ` ${unit}`;
  if (min === max) return `${short(min)}${end} only`;
  return `${short(min)} to ${short(max)}${end}`;
}

const short = (value: number) => String(Number(value.toPrecision(3)));

const kinds: Readonly<Record<string, string>> = {
  conv: 'Convolution', mbconv: 'MBConv', transition: 'Transition', attention: 'Attention', ffn: 'FFN', pooledHead: 'Head',
  patchEmbed: 'Patch embedding', overlappingPatchEmbed: 'Overlapping patch embedding', depthwisePool: 'Pooling',
  encoderAttention: 'Encoder attention', relativeAttention: 'Relative attention', encoderMlp: 'Encoder MLP', patchMerging: 'Patch merging', tokenHead: 'Token head', tokenPool: 'Token pooling',
};

export const kindTitle = (kind: string) => kinds[kind] ?? kind;
