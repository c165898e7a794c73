import { networkMacs } from '../../network/counts.ts';
import { networkParams } from '../../network/blockGraph.ts';
import { getSpace } from '../../spaces/index.ts';
import { studyClasses } from '../library/studyClasses.ts';
import { estimateSchedule, type ScheduleEstimate } from '../networkTraining/estimateTraining.ts';
import type { TransferSettings } from './transferFile.ts';
import { planTransfer, type TransferredNetwork } from './transferPlan.ts';

export interface TransferEstimate extends ScheduleEstimate {
  readonly networks: readonly (Pick<TransferredNetwork, 'id' | 'name' | 'devices' | 'accuracy'> & {
    /** Of one image, at the resolution and for the classes of the transfer. */
    readonly macs: number;
    readonly params: number;
  })[];
  /** Networks and seeds. */
  readonly trainings: number;
  /** Of one forward pass of every image trained on, of all trainings; null while the images cannot be counted. */
  readonly trainingMacs: number | null;
  readonly notes: readonly string[];
}

/**
 * What a transfer would train, without reading images or weights.
 * @param baseDir that relative paths start from
 * @throws InputError those of `planTransfer`
 */
export async function estimateTransfer(settings: TransferSettings, baseDir: string): Promise<TransferEstimate> {
  const { data, resolution, seeds, training: { batchSize } } = settings;
  const plan = await planTransfer({ settings, text: '', baseDir });
  const space = getSpace(plan.space);
  const known = await studyClasses({ data }, baseDir);
  const schedule = await estimateSchedule(settings, baseDir);
  const networks = plan.networks.map(({ id, name, devices, accuracy, arch }) => {
    const network = space.lower(space.parse(arch), { classes: known ?? space.defaultClasses, resolution });
    return { id, ...(name === undefined ? {} : { name }), devices, accuracy, macs: networkMacs(network), params: networkParams(network) };
  });
  const { images } = schedule;
  return {
    ...schedule, networks, trainings: networks.length * seeds,
    trainingMacs: images && seeds * images.steps * batchSize * networks.reduce((sum, { macs }) => sum + macs, 0),
    notes: known === undefined ? [`The images cannot be read yet, so networks for ${space.defaultClasses} classes are counted.`] : [],
  };
}
