import { valueWord } from '../../../format/index.ts';
import type { Objective } from '../../../format/index.ts';

/** What must agree for two studies' values and latencies to mean the same. */
export interface ComparedStudy {
  readonly name: string;
  readonly space: string;
  readonly objective: Objective;
  readonly devices: readonly string[];
  /** Null until the study has read its data, and where it needs none. */
  readonly data: { readonly trainImages: number; readonly valImages: number; readonly imageSize: number; readonly classes: readonly string[] } | null;
}

/** Sentences on what differs between studies, for whoever compares their numbers; none when nothing does. */
export function differences(studies: readonly ComparedStudy[]): string[] {
  const notes: string[] = [];
  const spaces = new Set(studies.map(({ space }) => space));
  if (spaces.size > 1) notes.push(`The search spaces differ: ${listed(studies, ({ space }) => space)}.`);
  const read = studies.filter((study) => study.data !== null);
  const ranked = new Set(studies.map(({ objective }) => objective.id));
  if (ranked.size > 1) {
    notes.push(`The studies rank by different things, which share no axis: ${listed(studies, ({ objective }) => valueWord(objective))}. Those that rank by ${valueWord(studies[0].objective)} are drawn.`);
  }
  for (const { name } of studies.filter(({ data, objective }) => data === null && objective.kind === 'accuracy')) notes.push(`${name} has not read its images yet.`);
  const differs = (value: (data: NonNullable<ComparedStudy['data']>) => string): boolean =>
    new Set(read.flatMap(({ data }) => (data ? [value(data)] : []))).size > 1;
  const ofData = (value: (data: NonNullable<ComparedStudy['data']>) => string): string =>
    listed(read, ({ data }) => (data ? value(data) : ''));
  if (differs(({ classes }) => classes.join('\n'))) {
    notes.push(differs(({ classes }) => String(classes.length))
      ? `The numbers of classes differ, and with them what an accuracy is worth: ${ofData(({ classes }) => String(classes.length))}.`
      : 'The studies tell different classes apart, though as many of them.');
  }
  if (differs(({ imageSize }) => String(imageSize))) notes.push(`The image sizes differ: ${ofData(({ imageSize }) => `${imageSize} px`)}.`);
  if (differs((data) => `${data.trainImages} ${data.valImages}`)) {
    notes.push(`The numbers of images differ: ${ofData((data) => `${data.trainImages} for training and ${data.valImages} for validation`)}.`);
  }
  for (const device of new Set(studies.flatMap(({ devices }) => devices))) {
    const without = studies.filter(({ devices }) => !devices.includes(device));
    if (without.length > 0) notes.push(`${without.map(({ name }) => name).join(' and ')} did not search for ${device}.`);
  }
  return notes;
}

/** "32 px in A and B, 64 px in C". */
function listed(studies: readonly ComparedStudy[], value: (study: ComparedStudy) => string): string {
  const namesByValue = new Map<string, string[]>();
  for (const study of studies) namesByValue.set(value(study), [...namesByValue.get(value(study)) ?? [], study.name]);
  return [...namesByValue].map(([text, names]) => `${text} in ${names.join(' and ')}`).join(', ');
}
