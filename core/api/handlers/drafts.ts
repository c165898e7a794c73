import { InputError } from '../../base/errors.ts';
import { checkStudyText } from '../../study/library/checkStudy.ts';
import { removeFromYaml, setInYaml } from '../../study/library/editYaml.ts';
import { estimateStudy } from '../../study/library/estimateStudy.ts';
import { schemaOfStudy } from '../../study/library/studyFields.ts';
import { studyTemplates } from '../../study/library/templates.ts';
import type { StudySettings } from '../../study/studyFile.ts';
import type { OutputOf, ParsedInputOf } from '../contract/contract.ts';

export function listTemplates(): OutputOf<'studies.templates'> {
  return studyTemplates.map(({ id, title, description, yaml }) => ({ id, title, description, text: yaml }));
}

export function listFields(): OutputOf<'draft.fields'> {
  return schemaOfStudy().map((field) => ({
    ...field, path: [...field.path], choices: field.choices && [...field.choices],
    when: field.when && { ...field.when, path: [...field.when.path], values: [...field.when.values] },
  }));
}

export async function checkDraft({ text, baseDir }: ParsedInputOf<'draft.check'>): Promise<OutputOf<'draft.check'>> {
  const { problems, hints, settings } = await checkStudyText(text, baseDir);
  return { problems: [...problems], hints: [...hints], settings: settings ?? null };
}

/** @throws InputError `invalid-yaml` when the text cannot be read */
export async function editDraft({ text, baseDir, changes }: ParsedInputOf<'draft.edit'>): Promise<OutputOf<'draft.edit'>> {
  const edited = changes.reduce((current, { path, value }) => (
    value === undefined || value === null ? removeFromYaml(current, path) : setInYaml(current, path, value)), text);
  return { text: edited, ...await checkDraft({ text: edited, baseDir }) };
}

export async function estimateDraft({ text, baseDir }: ParsedInputOf<'draft.estimate'>): Promise<OutputOf<'draft.estimate'>> {
  return estimateStudy(await settingsOf(text, baseDir), baseDir);
}

/** @throws InputError `invalid-study-file` while there are problems */
export async function settingsOf(text: string, baseDir: string): Promise<StudySettings> {
  const { settings, problems } = await checkStudyText(text, baseDir);
  if (settings !== undefined) return settings;
  throw new InputError('invalid-study-file', `line ${problems[0].line}: ${problems[0].text}`, { details: { problems } });
}
