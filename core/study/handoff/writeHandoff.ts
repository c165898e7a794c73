import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../base/errors.ts';
import { Random } from '../../base/random.ts';
import type { Normalisation } from '../../data/normalisation.ts';
import type { Engine } from '../../engine/engine.ts';
import { modelFile } from '../../export/pytorch/modelFile.ts';
import { program } from '../../export/pytorch/program.ts';
import { torchState } from '../../export/pytorch/torchWeights.ts';
import { logits } from '../../model/inference.ts';
import { encodeSafetensors } from '../../model/safetensors.ts';
import type { Weights } from '../../model/weights.ts';
import { imageNetNormalisation } from '../../training/distillation/teacher/teacher.ts';
import { makeDirectory, writeFileAtomic } from '../files.ts';
import { pocketformerVersion } from '../studyInfo.ts';
import { cardPaths } from '../modelCard/files.ts';
import { describeWeights, type DescribedModel } from '../modelCard/describeModel.ts';
import { cardText } from '../modelCard/markdown.ts';
import { handoffOrigin } from '../modelCard/ofHandoff.ts';
import { sizeOptions } from '../modelCard/sizeOptions.ts';
import { cardOf, type OriginOf } from '../modelCard/writeCard.ts';
import { commandText } from '../modelCard/words.ts';
import { factsKey, type HandoffFacts } from './facts.ts';
import { readmeText } from './readme.ts';
import { recipeFile, recipeOfSpace } from './recipeFile.ts';

const weightsName = 'weights.safetensors';
/** Images whose logits are kept for comparisons. */
const checkImages = 4;

export interface HandoffOptions {
  /** Of a single network, with running statistics that fit. */
  readonly weights: Weights;
  readonly engine: Engine;
  /** Of the architecture, for people. */
  readonly name: string;
  /** In its space's JSON form. */
  readonly architecture: unknown;
  readonly origin: HandoffFacts['weights'];
  readonly classNames?: readonly string[];
  /** ImageNet's by default. */
  readonly normalisation?: Normalisation;
  readonly study?: string;
  readonly seed: number;
  /** A preset's name; by default the space's. */
  readonly recipe?: string;
  /** What is known of the weights beyond these facts, for their card. */
  readonly card?: OriginOf;
  readonly out: string;
}

export interface HandoffReport {
  readonly path: string;
  readonly files: readonly string[];
  readonly space: string;
  readonly resolution: number;
  readonly classes: number;
  readonly recipe: string;
  readonly weights: HandoffFacts['weights'];
}

/** Files by name. */
type Files = Readonly<Record<string, string | readonly Uint8Array[]>>;

/**
 * Writes a network as a PyTorch program that needs nothing else, with its card.
 * @throws InputError `bad-output`, as `requireNewFolder`; `unknown-preset`
 */
export async function writeHandoff(options: HandoffOptions): Promise<HandoffReport> {
  const { engine, out } = options;
  requireNewFolder(out);
  const { facts, recipe, weightsFile, files: programs } = handoffFiles(options);
  const model = describeWeights(Buffer.concat(weightsFile), weightsName, facts);
  const card = cardOf(model, await (options.card ?? ((described) => handoffOrigin(facts, engine, commandOf(described, options))))(model));
  const { text, facts: cardFacts } = cardPaths(weightsName);
  const files: Files = { ...programs, [text]: cardText(card), [cardFacts]: `${JSON.stringify(card, undefined, 1)}\n` };
  await makeDirectory(out);
  for (const [file, content] of Object.entries(files)) await writeFileAtomic(join(out, file), content);
  const { space, resolution, classes } = facts;
  return { path: out, files: Object.keys(files), space, resolution, classes, recipe, weights: facts.weights };
}

/**
 * The program: model, weights, training recipe, and logits of random images (standard normal values, from the seed) to check it by.
 * @throws InputError `unknown-preset`
 */
export function handoffFiles(options: Omit<HandoffOptions, 'card' | 'out'>): { facts: HandoffFacts; recipe: string; weightsFile: Uint8Array[]; files: Files } {
  const { weights, engine, name } = options;
  const { network } = weights;
  const recipe = options.recipe ?? recipeOfSpace(network.space);
  const facts = factsOf(options);
  const size = network.resolution;
  const random = new Random(options.seed).fork('handoff');
  const images = { count: checkImages, size, pixels: Float32Array.from({ length: checkImages * 3 * size * size }, () => random.normal()) };
  const outputs = network.blocks[network.blocks.length - 1].output.channels;
  const check = {
    images: { shape: [checkImages, 3, size, size], data: images.pixels },
    logits: { shape: [checkImages, outputs], data: logits(engine, weights, images) },
  };
  const weightsFile = encodeSafetensors(torchState(weights), { format: 'pt', [factsKey]: JSON.stringify(facts) });
  return {
    facts, recipe, weightsFile,
    files: {
      ...program(),
      'model.py': modelFile(network, `${name} (${network.space}): a network of Pocketformer ${facts.pocketformer}.`),
      [weightsName]: weightsFile,
      'check.safetensors': encodeSafetensors(check, { format: 'pt', logits: `Pocketformer ${facts.pocketformer}` }),
      'recipe.json': recipeFile(recipe, size),
      'handoff.json': `${JSON.stringify(facts, null, 2)}\n`,
      'README.md': readmeText(network, facts, name, recipe),
    },
  };
}

/** What hands over the same again. */
function commandOf(model: DescribedModel, { origin, seed, recipe }: HandoffOptions): string {
  const { network } = model;
  return commandText('handoff', {
    ...(origin === 'untrained' ? { space: network.space, arch: network.published ?? JSON.stringify(network.architecture), seed, ...sizeOptions(model) }
      : { weights: 'WEIGHTS.safetensors' }), recipe, out: 'handoff',
  });
}

function factsOf(options: Omit<HandoffOptions, 'card' | 'out'>): HandoffFacts {
  const { weights: { network: { space, resolution, classes } }, architecture, classNames, normalisation = imageNetNormalisation, origin, study, seed } = options;
  return {
    pocketformer: pocketformerVersion(), space, architecture, resolution, classes, classNames: classNames ? [...classNames] : null, normalisation,
    weights: origin, study: study ?? null, seed,
  };
}

/** @throws InputError `bad-output` for what exists and is no empty folder */
export function requireNewFolder(out: string): void {
  const stats = statSync(out, { throwIfNoEntry: false });
  if (stats === undefined || (stats.isDirectory() && readdirSync(out).length === 0)) return;
  throw new InputError('bad-output', `--out: ${out} ${stats.isDirectory() ? 'is a folder with files in it' : 'is no folder'}; expected the path of a new or empty folder.`);
}
