import { InputError } from '../../base/errors.ts';
import { checkMeasurement } from '../measurements/parseMeasurements.ts';
import { measurementFormat, measurementVersion, type Measurement, type Target } from '../measurements/record.ts';
import type { Subject } from '../measurements/subject.ts';
import type { Imported } from './imported.ts';

/** What is known of a file that was measured elsewhere. */
export interface ImportedModel extends Pick<Measurement['model'], 'sha256' | 'sizeBytes' | 'input'> {
  readonly name: string;
  readonly of: Subject;
}

/**
 * A record of what others measured.
 * @param target as the person says; @param model whose file is known, where it is
 * @throws InputError `contradicting-setting` where the source says otherwise, `invalid-measurement`
 */
export function toMeasurement(imported: Imported, target: Target, model: ImportedModel | undefined, notes: string): Measurement {
  const { place, told, timing, latencyMs, spread, flags, blockTimes, sha256 } = imported;
  if (told.threads !== undefined && told.threads !== target.threads) {
    throw new InputError('contradicting-setting', `${place}: says that it ran on ${told.threads} threads; expected --threads ${told.threads}, got ${target.threads}.`);
  }
  if (told.provider !== undefined && told.provider !== target.provider) {
    throw new InputError('contradicting-setting', `${place}: says that ${told.provider} computed; expected --provider ${told.provider}, got ${target.provider}.`);
  }
  if (sha256 !== undefined && model?.sha256 !== undefined && sha256 !== model.sha256) {
    throw new InputError('wrong-model', `${place}: sha256 is ${sha256}, but that of ${model.name} is ${model.sha256}.`);
  }
  const { name = imported.name ?? place, of = imported.of ?? { kind: 'unknown' }, ...facts } = model ?? {};
  return checkMeasurement({
    format: measurementFormat, version: measurementVersion,
    model: { name, ...(sha256 === undefined ? {} : { sha256 }), ...facts }, of, target, way: 'import',
    protocol: { version: 0, notes }, timing, latencyMs, spread, flags: [...flags, 'unverified-output'],
    ...(blockTimes && { blockTimes }),
  }, place);
}
