import { shallowRef } from 'vue';
import { asApiError, useApi } from '../../api/useApi.ts';
import { host } from '../../host/host.ts';
import { useToasts } from '../../kit/index.ts';

/** What is handed over. */
export interface HandoffSubject {
  readonly study: string;
  readonly arch: unknown;
  /** Names the folder. */
  readonly id: string;
}

/** Writes PyTorch programs into a study's folder, one at a time, with what came of it said in a toast. */
export function useHandoff() {
  const api = useApi();
  const toasts = useToasts();
  const isBusy = shallowRef(false);

  async function handOff({ study, arch, id }: HandoffSubject): Promise<void> {
    isBusy.value = true;
    toasts.show({ title: 'Writing the PyTorch program', message: 'Model, weights, training recipe and a check of the logits.' });
    try {
      const { path } = await api.call('architectures.handOff', { study, arch, out: `handoff/${id}` });
      toasts.show({
        tone: 'success', title: 'Handed over', message: path,
        ...(host.canReveal ? { action: { label: 'Show in folder', run: () => void host.revealInFolder(path) } } : {}),
      });
    } catch (error) {
      toasts.show({ tone: 'danger', title: 'The network was not handed over', message: asApiError(error).message });
    } finally {
      isBusy.value = false;
    }
  }

  return { handOff, isBusy };
}
