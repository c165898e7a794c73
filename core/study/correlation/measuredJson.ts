import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import { pathText, problemsOf } from '../validationText.ts';
import { nameOf } from './measuredCsv.ts';
import { measuredSet, type MeasuredSet } from './measuredSet.ts';

const sizes = { classes: z.int().min(1).optional(), resolution: z.int().min(1).optional() };

export const accuraciesSchema = z.strictObject({
  format: z.literal('pocketformer-accuracies'),
  version: z.literal(1),
  title: z.string().optional(),
  /** Where the accuracies are from. */
  source: z.string().optional(),
  /** Of all networks that say nothing else. */
  space: z.string().optional(),
  ...sizes,
  /** Titles of data sets; those that are left out are called by their names. */
  columns: z.record(z.string(), z.strictObject({ title: z.string() })).optional(),
  networks: z.array(z.strictObject({
    name: z.string().optional(),
    space: z.string().optional(),
    ...sizes,
    /** A published name or the space's own JSON. */
    arch: z.union([z.string(), z.record(z.string(), z.unknown())]),
    /** By data set; higher is better. */
    accuracies: z.record(z.string(), z.number().nullable()),
  })).min(1),
});

/**
 * Reads measured accuracies in Pocketformer's own form.
 * @throws InputError `invalid-accuracies` saying where, and as `measuredSet`
 */
export function parseMeasuredJson(json: unknown, file: string, space?: string): MeasuredSet {
  const parsed = accuraciesSchema.safeParse(json);
  if (!parsed.success) {
    const [{ path, text }] = problemsOf(accuraciesSchema, parsed.error.issues, json);
    throw new InputError('invalid-accuracies', `${file}: ${path.length > 0 ? `${pathText(path)}: ` : ''}${text}.`);
  }
  const { title = nameOf(file), source, networks, columns: described = {}, ...shared } = parsed.data;
  const names = [...new Set([...Object.keys(described), ...networks.flatMap(({ accuracies }) => Object.keys(accuracies))])];
  const rows = networks.map(({ accuracies, classes = shared.classes, resolution = shared.resolution, ...row }, i) => ({
    ...row, place: `${file}: networks[${i}]`,
    ...(classes !== undefined && { classes }), ...(resolution !== undefined && { resolution }),
    accuracies: names.map((name) => accuracies[name] ?? null),
  }));
  const columns = names.map((name) => ({ name, title: described[name]?.title ?? name }));
  return measuredSet(rows, { title, source, columns }, { space: shared.space ?? space, file });
}
