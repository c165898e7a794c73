import { oriented } from '../../../../core/search/objective.ts';
import { asApiError, useApi } from '../../../api/useApi.ts';
import { formatCount } from '../../../format/index.ts';
import { host } from '../../../host/host.ts';
import { useToasts } from '../../../kit/index.ts';
import { fileName } from '../shared/saveFigure.ts';
import { csvOf, jsonOf } from './architectureTexts.ts';
import type { ListedArchitecture } from './architectureTexts.ts';
import type { FrontsModel } from './frontsModel.ts';
import { readArchitectures } from './useArchitectures.ts';

export type ListFormat = 'csv' | 'json';

/** Copies or saves the architectures of some rows, whatever of them was on screen. */
export function useCopying(model: FrontsModel, rowsOf: () => readonly number[]) {
  const api = useApi();
  const toasts = useToasts();

  async function textOf(rows: readonly number[], format: ListFormat): Promise<string> {
    const { value, macs, params, batch } = model.evaluations.value;
    const objective = model.objective.value;
    const devices = model.devices.value;
    const listed = (await readArchitectures(api, model.study, rows)).map(({ row, id, key, name, arch }): ListedArchitecture => ({
      id, key, ...(name === undefined ? {} : { name }), arch, number: oriented(objective, value[row]),
      latencyMs: Object.fromEntries(devices.map((device) => [device.name, device.latencyMs[row]])),
      macs: macs[row], params: params[row], generation: batch[row], fronts: model.membership.value.get(row) ?? [],
    }));
    return format === 'csv' ? csvOf(listed, devices.map(({ name }) => name), objective) : jsonOf(listed, objective);
  }

  async function copy(format: ListFormat): Promise<void> {
    const rows = [...rowsOf()];
    try {
      await host.copyText(await textOf(rows, format));
      toasts.show({ tone: 'success', title: `Copied ${formatCount(rows.length)} ${rows.length === 1 ? 'architecture' : 'architectures'} as ${format.toUpperCase()}` });
    } catch (error) {
      toasts.show({ tone: 'danger', title: 'The architectures could not be copied', message: asApiError(error).message });
    }
  }

  async function save(format: ListFormat): Promise<void> {
    const rows = [...rowsOf()];
    try {
      const type = format === 'csv' ? 'text/csv' : 'application/json';
      await host.saveBlob(`${fileName(model.results.name.value)}-architectures.${format}`, new Blob([await textOf(rows, format)], { type }));
    } catch (error) {
      toasts.show({ tone: 'danger', title: 'The architectures could not be saved', message: asApiError(error).message });
    }
  }

  return { copy, save };
}
