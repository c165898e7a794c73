import type { Engine } from '../../engine/engine.ts';
import type { DeviceModel } from '../../latency/deviceModel.ts';
import { getSpace } from '../../spaces/index.ts';
import type { SearchSpace } from '../../spaces/index.ts';
import { frozenBlocks } from '../../training/recipe/freeze.ts';
import { tokenPlan, type TokenPlan } from '../../training/recipe/retokenization.ts';
import { scheduleOf, type RecipeSchedule } from '../../training/recipe/schedule.ts';
import { warn, type RunData } from '../run/context.ts';
import type { RunHooks } from '../run/hooks.ts';
import { loadRunData, startStudyEngine } from '../run/prepareRun.ts';
import { architectureOf } from './namedNetwork.ts';
import { startingNormalisation } from './startingPoint.ts';
import { trainingDevice } from './trainingDevice.ts';
import type { TrainingSettings } from './trainingFile.ts';
import type { TrainingRun } from './trainingFolder.ts';

/** What training and judging a network takes, wherever its files are. */
export interface TrainingMaterial extends RunData {
  readonly hooks: RunHooks;
  readonly engine: Engine;
  readonly plan: TokenPlan;
  readonly schedule: RecipeSchedule;
  /** First blocks that stay as they begin. */
  readonly frozenBlocks: number;
  /** The file's, with the recipe's steps on these images. */
  readonly settings: Omit<TrainingSettings, 'space' | 'arch' | 'start'> & { readonly training: TrainingSettings['training'] & { readonly steps: number } };
}

/** Everything that the parts of a training share. */
export interface NetworkTrainingContext extends TrainingMaterial {
  readonly study: TrainingRun;
  readonly space: SearchSpace;
  readonly arch: unknown;
  readonly devices: readonly DeviceModel[];
  readonly settings: TrainingSettings & TrainingMaterial['settings'];
}

/**
 * Loads what a training needs; the caller closes the data. Nothing is written before names and data have proved good.
 * @param cacheDir of decoded images
 */
export async function prepareNetworkTraining(study: TrainingRun, hooks: RunHooks, cacheDir = study.paths.cache): Promise<NetworkTrainingContext> {
  const { settings } = study;
  const { training: recipe } = settings;
  const space = getSpace(settings.space);
  const arch = await architectureOf(study);
  const devices = settings.devices.map((device) => trainingDevice(device, study.info.baseDir));
  const engine = await startStudyEngine(study);
  await begin(study);
  const images = await loadRunData({ directory: study.directory, info: study.info, settings, paths: { cache: cacheDir } }, settings.data, hooks);
  try {
    const { data } = images;
    const plan = tokenPlan(recipe, { space, arch, classes: data.classes.length, resolution: settings.resolution });
    const schedule = scheduleOf(recipe, data.train.count);
    const frozen = frozenBlocks(recipe, plan.phases.at(-1)!.network);
    const context: NetworkTrainingContext = {
      study, hooks, engine, ...images, ...(frozen === 0 ? {} : { normalisation: await startingNormalisation(study) ?? images.normalisation }),
      space, arch, devices, plan, schedule, frozenBlocks: frozen, settings: { ...settings, training: { ...recipe, steps: schedule.steps } },
    };
    if (data.skipped.length > 0) {
      const [{ path, reason }] = data.skipped;
      warn(context, 'images-skipped', `${data.skipped.length} ${data.skipped.length === 1 ? 'image was' : 'images were'} skipped, for example ${path}: ${reason}.`);
    }
    return context;
  } catch (error) {
    images.data.close();
    throw error;
  }
}

async function begin(study: TrainingRun): Promise<void> {
  await study.update({ status: 'running' });
  if (study.events.lastSeq > 0) return;
  const { settings: { name, space, seed }, info: { pocketformerVersion } } = study;
  study.events.append({ kind: 'study-started', name, space, seed, pocketformerVersion });
}
