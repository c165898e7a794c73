import type { RowSelection } from '../../../charts/types.ts';
import type { FrontsModel } from './frontsModel.ts';

/** What a chart's lasso means for the screen: the rows of the one study it shows. */
export function useSelectEvent(model: FrontsModel): (selections: readonly RowSelection[]) => void {
  return (selections) => model.select(selections.find(({ source }) => source === model.study)?.rows ?? null);
}
