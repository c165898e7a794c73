import type { Engine } from '../../engine/engine.ts';
import { freshWeights } from '../../model/freshWeights.ts';
import { Weights } from '../../model/weights.ts';
import type { Network } from '../../network/network.ts';
import type { SearchSpace } from '../../spaces/index.ts';
import { untrainedWeights } from '../exportFromStudy.ts';
import type { StudyView } from '../folder.ts';
import { inheritNetwork } from '../inheritNetwork.ts';
import { studyOrigin } from '../modelCard/ofStudy.ts';
import type { OriginOf } from '../modelCard/writeCard.ts';
import type { readWeightsFile } from '../weightsFile.ts';
import type { HandoffOptions } from './writeHandoff.ts';

/** Where a handed-over network's weights come from, and what they were made for. */
export type WeightSource = Pick<HandoffOptions, 'weights' | 'origin' | 'seed' | 'study' | 'card'> & Partial<Pick<HandoffOptions, 'classNames' | 'normalisation'>>;

/** What a study's supernet has learned, or untrained weights of a study that trains nothing. @throws as `inheritNetwork` */
export async function inherited(view: StudyView, space: SearchSpace, arch: unknown, engine: Engine, resolution?: number): Promise<WeightSource> {
  const { name: study, seed, scoring } = view.settings;
  const card: OriginOf = (model) => studyOrigin(view, model, { engine, accuracy: null, command: { name: 'handoff' } });
  return scoring === undefined
    ? { ...await inheritNetwork(view, space, arch, engine, resolution), origin: 'inherited', study, seed, card }
    : { weights: await untrainedWeights(view, space, arch, engine, resolution), origin: 'untrained', study, seed, card };
}

/** Weights of a file in Pocketformer's own form. @throws InputError `weights-mismatch` */
export function given(network: Network, { tensors, facts }: Awaited<ReturnType<typeof readWeightsFile>>): WeightSource {
  const { classNames, normalisation, seed = 0 } = facts ?? {};
  return { weights: Weights.fromTensors(network, tensors), origin: 'given', seed, classNames: classNames ?? undefined, normalisation };
}

/** Untrained weights. */
export function freshNetwork(network: Network, seed: number, engine: Engine): WeightSource {
  return { weights: freshWeights(network, seed, engine), origin: 'untrained', seed };
}
