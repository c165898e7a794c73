import EditorForm from './EditorForm.vue';
import EstimatePanel from './EstimatePanel.vue';
import type { DraftKind } from './draftKind.ts';

export const studyDraft: DraftKind = {
  of: 'study', noun: 'study', fileName: 'study.yaml', form: EditorForm, estimate: EstimatePanel,
  create: async (api, draft) => (await api.call('studies.create', draft)).study,
  start: (api, study) => api.call('jobs.start', { study }),
  followed: (study) => ({ screen: 'study', study, view: 'run' }),
  all: { screen: 'studies' },
};
