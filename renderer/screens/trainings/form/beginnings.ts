import { valueAt } from '../../editor/formFields.ts';
import type { SettingChange } from '../../editor/formFields.ts';
import { deviceEntries } from '../../editor/deviceEntries.ts';

/** The study that a training or transfer begins with. */
export interface SourceStudy {
  readonly directory: string;
  readonly name: string;
  readonly space: string;
  /** Its supernet has learned weights, as opposed to a study that only scores. */
  readonly trains: boolean;
  /** What its file says. */
  readonly settings: unknown;
}

/** A published name, or the choices as data: JSON text is read. */
export function archOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : text;
  } catch {
    return text;
  }
}

/** A network of a study's front: with the weights that the study has, if it has any. The other beginnings of a file go. */
export function frontChanges({ directory, space, trains }: Pick<SourceStudy, 'directory' | 'space' | 'trains'>, arch: unknown): SettingChange[] {
  return [
    { path: ['space'], value: space }, { path: ['arch'], value: arch },
    ...(trains ? [{ path: ['start', 'weights'], value: undefined }, { path: ['start', 'study'], value: directory }] : [{ path: ['start'], value: undefined }]),
  ];
}

/** Device models as training files name them: by name, or by the path of a file. */
export function deviceNames(written: unknown): string[] {
  return deviceEntries(written).flatMap(({ name, file }) => file ?? name ?? []);
}

/** What a training on a study's own images takes over from the study's file. */
export function studyChanges(study: SourceStudy, arch: unknown): SettingChange[] {
  const data = valueAt(study.settings, ['data']);
  const devices = deviceNames(valueAt(study.settings, ['devices']));
  return [
    { path: ['name'], value: `${study.name} trained` },
    ...frontChanges(study, arch),
    ...(data === undefined ? [] : [{ path: ['data'], value: data }]),
    ...(devices.length === 0 ? [] : [{ path: ['devices'], value: devices }]),
  ];
}

/** The study whose winners are moved, and what the transfer is called after it. */
export function transferChanges({ name, directory }: Pick<SourceStudy, 'name' | 'directory'>): SettingChange[] {
  return [{ path: ['name'], value: `${name} transferred` }, { path: ['study'], value: directory }];
}
