import { InputError } from '../../base/errors.ts';
import { checkStudyText } from '../../study/library/checkStudy.ts';
import type { TextCheck } from '../../study/library/checkText.ts';
import { removeFromYaml, setInYaml } from '../../study/library/editYaml.ts';
import { estimateStudy } from '../../study/library/estimateStudy.ts';
import type { FileField } from '../../study/library/schemaFields.ts';
import { schemaOfStudy } from '../../study/library/studyFields.ts';
import type { StudyTemplate } from '../../study/library/templates.ts';
import { checkTrainingText } from '../../study/networkTraining/checkTraining.ts';
import { estimateTraining } from '../../study/networkTraining/estimateTraining.ts';
import { schemaOfTraining } from '../../study/networkTraining/trainingFields.ts';
import type { StudySettings } from '../../study/studyFile.ts';
import { checkTransferText } from '../../study/transfer/checkTransfer.ts';
import { estimateTransfer } from '../../study/transfer/estimateTransfer.ts';
import { schemaOfTransfer } from '../../study/transfer/transferFields.ts';
import type { OutputOf, ParsedInputOf } from '../contract/contract.ts';

type Kind = ParsedInputOf<'draft.check'>['of'];
type Text = Pick<ParsedInputOf<'draft.check'>, 'text' | 'baseDir'>;

/** What is to be known of a file being written, by what it is to become. */
const kinds: Readonly<Record<Kind, { readonly fields: () => readonly FileField[]; readonly check: (text: string, baseDir: string) => Promise<TextCheck<Pick<StudySettings, 'data' | 'seed'>>> }>> = {
  study: { fields: schemaOfStudy, check: checkStudyText },
  training: { fields: schemaOfTraining, check: checkTrainingText },
  transfer: { fields: schemaOfTransfer, check: checkTransferText },
};

export function templatesView(templates: readonly StudyTemplate[]): OutputOf<'studies.templates'> {
  return templates.map(({ id, title, description, yaml }) => ({ id, title, description, text: yaml }));
}

export function listFields({ of }: ParsedInputOf<'draft.fields'>): OutputOf<'draft.fields'> {
  return kinds[of].fields().map((field) => ({
    ...field, path: [...field.path], choices: field.choices && [...field.choices],
    when: field.when && { ...field.when, path: [...field.when.path], values: [...field.when.values] },
  }));
}

export async function checkDraft({ text, baseDir, of }: ParsedInputOf<'draft.check'>): Promise<OutputOf<'draft.check'>> {
  const { problems, hints, settings } = await kinds[of].check(text, baseDir);
  return { problems: [...problems], hints: [...hints], settings: settings ?? null };
}

/** @throws InputError `invalid-yaml` when the text cannot be read */
export async function editDraft({ text, baseDir, of, changes }: ParsedInputOf<'draft.edit'>): Promise<OutputOf<'draft.edit'>> {
  const edited = changes.reduce((current, { path, value }) => (
    value === undefined || value === null ? removeFromYaml(current, path) : setInYaml(current, path, value)), text);
  return { text: edited, ...await checkDraft({ text: edited, baseDir, of }) };
}

export async function estimateDraft({ text, baseDir }: Text): Promise<OutputOf<'draft.estimate'>> {
  return estimateStudy(await accepted(checkStudyText(text, baseDir)), baseDir);
}

export async function estimateTrainingDraft({ text, baseDir }: Text): Promise<OutputOf<'trainings.estimate'>> {
  const { latencies, phases, notes, ...estimate } = await estimateTraining(await accepted(checkTrainingText(text, baseDir)), baseDir);
  return { ...estimate, latencies: [...latencies], phases: [...phases], notes: [...notes] };
}

export async function estimateTransferDraft({ text, baseDir }: Text): Promise<OutputOf<'transfers.estimate'>> {
  const { networks, notes, ...estimate } = await estimateTransfer(await accepted(checkTransferText(text, baseDir)), baseDir);
  return { ...estimate, networks: networks.map((network) => ({ ...network, devices: [...network.devices] })), notes: [...notes] };
}

/** The images and seed of a file. @throws InputError `invalid-study-file` while there are problems */
export function imagesOf({ text, baseDir, of }: Text & { readonly of: Kind }): Promise<Pick<StudySettings, 'data' | 'seed'>> {
  return accepted(kinds[of].check(text, baseDir));
}

async function accepted<S>(checking: Promise<TextCheck<S>>): Promise<S> {
  const { settings, problems } = await checking;
  if (settings !== undefined) return settings;
  throw new InputError('invalid-study-file', `line ${problems[0].line}: ${problems[0].text}`, { details: { problems } });
}
