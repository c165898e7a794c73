import { ApiError } from '../../../../core/api/client.ts';
import type { ApiClient } from '../../../../core/api/client.ts';
import type { OutputOf } from '../../../../core/api/contract/contract.ts';
import type { TrainingBeginning, TransferBeginning } from '../../../router/route.ts';
import { frontArchitectures } from '../../architecture/reference.ts';
import type { Begun } from '../../editor/draftKind.ts';
import { machineChanges, valueAt, writtenSettings } from '../../editor/formFields.ts';
import type { SettingChange } from '../../editor/formFields.ts';
import { copyName } from '../../studies/studyNames.ts';
import { archOf, studyChanges, transferChanges } from './beginnings.ts';

/** What a new training begins with: a template, a study's images and network, a space's network, or another training's file. @throws ApiError */
export async function loadTraining(api: ApiClient, beginning: TrainingBeginning): Promise<Begun> {
  if (beginning.training !== undefined) {
    const { text, baseDir, row } = await api.call('trainings.get', { training: beginning.training });
    return { text, baseDir, changes: [renamed(text, row.name)] };
  }
  const template = chosen(await api.call('trainings.templates', {}), beginning.template);
  const machine = await ofMachine(api);
  if (beginning.study !== undefined) {
    const { row, info, text, summary } = await api.call('studies.get', { study: beginning.study });
    const best = frontArchitectures(summary?.fronts ?? []).toSorted((a, b) => b.value - a.value)[0];
    const arch = beginning.arch === undefined ? best?.name ?? best?.arch : archOf(beginning.arch);
    const source = { directory: row.directory, name: row.name, space: row.space, trains: row.objective?.kind === 'accuracy', settings: writtenSettings(text) };
    return { text: withoutIntroduction(template.text), baseDir: info.baseDir, changes: [...studyChanges(source, arch), ...machine] };
  }
  const { space, arch } = beginning;
  const network: SettingChange[] = [...(space === undefined ? [] : [{ path: ['space'], value: space }]), ...(arch === undefined ? [] : [{ path: ['arch'], value: archOf(arch) }])];
  const { workingFolder } = await api.call('app.info', {});
  return { text: network.length === 0 ? template.text : withoutIntroduction(template.text), baseDir: workingFolder, changes: [...network, ...machine] };
}

/** What a new transfer begins with: a template, with a study whose winners are moved, or another transfer's file. @throws ApiError */
export async function loadTransfer(api: ApiClient, beginning: TransferBeginning): Promise<Begun> {
  if (beginning.transfer !== undefined) {
    const { text, baseDir, row } = await api.call('transfers.get', { transfer: beginning.transfer });
    return { text, baseDir, changes: [renamed(text, row.name)] };
  }
  const template = chosen(await api.call('transfers.templates', {}), beginning.template);
  const machine = await ofMachine(api);
  const { workingFolder } = await api.call('app.info', {});
  if (beginning.study === undefined) return { text: template.text, baseDir: workingFolder, changes: machine };
  const { row } = await api.call('studies.get', { study: beginning.study });
  return { text: template.text, baseDir: workingFolder, changes: [...transferChanges(row), ...machine] };
}

function chosen(templates: OutputOf<'trainings.templates'>, wanted: string | undefined) {
  // Without a wish, the first one is what everything else is put into.
  const template = wanted === undefined ? templates[0] : templates.find(({ id }) => id === wanted);
  if (template === undefined) throw new ApiError({ code: 'unknown-template', message: `There is no template called ${wanted}.` });
  return template;
}

const ofMachine = async (api: ApiClient) => machineChanges((await api.call('settings.get', {})).settings);

/** The template's own words are about what it began with. */
const withoutIntroduction = (text: string) => text.replace(/^(#.*\n)+/, '');

function renamed(text: string, name: string): SettingChange {
  const written = valueAt(writtenSettings(text), ['name']);
  return { path: ['name'], value: copyName(typeof written === 'string' ? written : name) };
}
