import type { DraftKind } from '../../editor/draftKind.ts';
import TrainingEstimatePanel from './TrainingEstimatePanel.vue';
import RecipeForm from './RecipeForm.vue';

export const trainingDraft: DraftKind = {
  of: 'training', noun: 'training', fileName: 'training.yaml', form: RecipeForm, estimate: TrainingEstimatePanel,
  create: async (api, draft) => (await api.call('trainings.create', draft)).training,
  start: (api, training) => api.call('trainings.start', { training }),
  followed: (training) => ({ screen: 'trainings', training }),
  all: { screen: 'trainings' },
};
