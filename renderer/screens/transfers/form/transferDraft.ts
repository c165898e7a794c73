import type { DraftKind } from '../../editor/draftKind.ts';
import TransferEstimatePanel from './TransferEstimatePanel.vue';
import RecipeForm from '../../trainings/form/RecipeForm.vue';

export const transferDraft: DraftKind = {
  of: 'transfer', noun: 'transfer', fileName: 'transfer.yaml', form: RecipeForm, estimate: TransferEstimatePanel,
  create: async (api, draft) => (await api.call('transfers.create', draft)).transfer,
  start: (api, transfer) => api.call('transfers.start', { transfer }),
  followed: (transfer) => ({ screen: 'transfers', transfer }),
  all: { screen: 'transfers' },
};
