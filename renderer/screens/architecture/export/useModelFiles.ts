import { asApiError, useApi } from '../../../api/useApi.ts';
import { host } from '../../../host/host.ts';
import { useToasts } from '../../../kit/index.ts';
import { joinedPath } from './exportText.ts';
import { isAbsolute } from './modelList.ts';

/** Gets at the files of a study's folder: shown in the system's file manager, or downloaded where there is none. */
export function useModelFiles(study: () => string | null, directory: () => string | null) {
  const api = useApi();
  const toasts = useToasts();
  const attempt = async (what: string, action: () => Promise<unknown>) => {
    try {
      await action();
    } catch (error) {
      toasts.show({ tone: 'danger', title: what, message: asApiError(error).message });
    }
  };
  return {
    /** @param path relative to the study's folder, or absolute */
    reveal: (path: string) => attempt('The file could not be shown', async () => {
      const folder = directory();
      if (folder !== null) await host.revealInFolder(isAbsolute(path) ? path : joinedPath(folder, path));
    }),
    /** @param path relative to the study's folder */
    download: (path: string) => attempt('The file could not be downloaded', async () => {
      const id = study();
      if (id === null) return;
      const { name, bytes } = await api.call('studies.readFile', { study: id, path });
      await host.saveBlob(name, new Blob([bytes.slice()], { type: 'application/octet-stream' }));
    }),
  };
}
