import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { pathText, problemsOf } from '../validationText.ts';
import { measuredSet, type MeasuredSet } from './measuredSet.ts';

const vitBenchSchema = z.object({
  source: z.string().optional(),
  records: z.array(z.object({
    arch: z.object({
      hidden_dim: z.int().min(1), depth: z.int().min(1), mlp_ratio: z.array(z.number()), num_heads: z.array(z.int()),
    }),
    /** By data set, in percent. */
    acc: z.record(z.string(), z.number()),
    /** "accuracy's name: what is wrong with it". */
    flags: z.array(z.string()).default([]),
  })).min(1),
});

/** Classes of its largest data set that the networks were trained on from scratch; one head for all, as in its counts. */
const classes = 100;

const dataSets: Readonly<Record<string, string>> = { c100: 'CIFAR-100', flower: 'Flowers', chaoyang: 'Chaoyang', imagenet: 'ImageNet-1k' };
const trainings: Readonly<Record<string, string>> = { base: '', kd: ', distilled', super: ', inherited from a supernet' };

export const isVitBench = (json: unknown) => typeof json === 'object' && json !== null && 'records' in json && !('format' in json);

/**
 * Reads the AutoFormer part of ViT-Bench-101 (Wei et al., Auto-Prox, AAAI 2024): plain blocks without relative positions,
 * whose heads share the width. Accuracies that the file flags as wrong are left out.
 * @throws InputError `invalid-accuracies` saying where, and as `measuredSet`
 */
export function parseVitBench(json: unknown, file: string): MeasuredSet {
  const parsed = vitBenchSchema.safeParse(json);
  if (!parsed.success) {
    const [{ path, text }] = problemsOf(vitBenchSchema, parsed.error.issues, json);
    throw new InputError('invalid-accuracies', `${file}: ${path.length > 0 ? `${pathText(path)}: ` : ''}${text}.`);
  }
  const { source, records } = parsed.data;
  const names = [...new Set(records.flatMap(({ acc }) => Object.keys(acc)))];
  const rows = records.map(({ arch: { hidden_dim, depth, mlp_ratio, num_heads }, acc, flags }, i) => ({
    place: `${file}: records[${i}]`, name: `#${i}`, space: 'autoformer-tiny', classes,
    arch: {
      embedDim: hidden_dim, depth, mlpRatios: mlp_ratio.slice(0, depth), numHeads: num_heads.slice(0, depth),
      headDim: 'shared', relativePosition: false,
    },
    accuracies: names.map((name) => flags.some((flag) => flag.startsWith(`${name}:`)) ? null : acc[name] ?? null),
  }));
  const columns = names.map((name) => ({ name: name.replace(/_acc$/, ''), title: titleOf(name) }));
  return measuredSet(rows, { title: 'ViT-Bench-101, AutoFormer', ...(source !== undefined && { source }), columns }, { file });
}

/** "c100_kd_acc" is CIFAR-100, distilled. */
function titleOf(name: string): string {
  const [dataSet, training] = name.split('_');
  return `${dataSets[dataSet] ?? dataSet}${trainings[training] ?? `, ${training}`}`;
}
