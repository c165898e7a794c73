import { join } from 'node:path';
import { InputError, oneOf } from '../../base/errors.ts';
import { designName, designsOf, type HandDesign } from './handDesigned.ts';
import type { StartKind, StorySettings } from './storyFile.ts';

export const storySteps = ['search', 'retrain', 'hand-designed', 'measure'] as const;
export type StoryStep = (typeof storySteps)[number];

/** One part of a story: a study, a training, or a session of measuring, in a folder of its own. */
export type StoryPiece = { readonly seed: number; readonly folder: string; readonly title: string } & (
  | { readonly kind: 'study' | 'inherited'; readonly step: 'search' }
  | TrainingPiece & { readonly step: 'retrain'; readonly start: StartKind }
  | TrainingPiece & { readonly step: 'hand-designed'; readonly design: HandDesign }
  | { readonly kind: 'session'; readonly step: 'measure' }
);

interface TrainingPiece {
  readonly kind: 'training';
  /** Which of the story's. */
  readonly phone: number;
  readonly network: string;
}

export const inheritedNetwork = 'inherited';
/** Networks by the weights that they were trained from. */
export const retrainedNames: Readonly<Record<StartKind, string>> = { inherited: 'retrained', fresh: 'from-scratch' };

/**
 * The pieces of one seed, each after those that it needs.
 * @param phoneNames of the settings' phones, in their order
 */
export function piecesOf(directory: string, settings: StorySettings, phoneNames: readonly string[], seed: number): StoryPiece[] {
  const { retraining: { starts }, handDesigned } = settings;
  const own = join(directory, `seed-${seed}`);
  const training = (phone: number, network: string) => ({
    kind: 'training', seed, phone, network, folder: join(own, phoneNames[phone], network), title: `${phoneNames[phone]}, ${network}`,
  } as const);
  const phones = phoneNames.map((_, phone) => phone);
  return [
    { kind: 'study', seed, step: 'search', folder: join(own, 'search'), title: 'supernet and search' },
    { kind: 'inherited', seed, step: 'search', folder: join(own, inheritedNetwork), title: 'winners with inherited weights' },
    ...phones.flatMap((phone) => starts.map((start) => ({ ...training(phone, retrainedNames[start]), step: 'retrain', start } as const))),
    ...phones.flatMap((phone) => designsOf(handDesigned).map((design) => ({ ...training(phone, designName(design)), step: 'hand-designed', design } as const))),
    { kind: 'session', seed, step: 'measure', folder: join(own, 'measured'), title: 'latency on this computer' },
  ];
}

export const allPieces = (directory: string, settings: StorySettings, phoneNames: readonly string[]): StoryPiece[] =>
  settings.seeds.flatMap((seed) => piecesOf(directory, settings, phoneNames, seed));

/** Where the study of a seed is. */
export const studyFolderOf = (pieces: readonly StoryPiece[], seed: number): string => pieces.find((piece) => piece.kind === 'study' && piece.seed === seed)!.folder;


/**
 * Which pieces to do: "2", "measure", "2/search", and lists of these with commas between them.
 * @throws InputError `unknown-piece`
 */
export function pieceFilter(only: string, { seeds }: Pick<StorySettings, 'seeds'>): (piece: StoryPiece) => boolean {
  const wanted = only.split(',').map((part) => {
    const [first, ...rest] = part.trim().split('/');
    const isSeed = /^\d+$/.test(first);
    const [seed, step] = isSeed ? [Number(first), rest.length === 0 ? undefined : rest.join('/')] : [undefined, [first, ...rest].join('/')];
    const knownSeed = seed === undefined || seeds.includes(seed);
    const knownStep = step === undefined || storySteps.some((each) => each === step);
    if (knownSeed && knownStep) return { seed, step };
    throw new InputError('unknown-piece', `There is nothing called "${part.trim()}" in this story; expected a seed (${oneOf(seeds)}), a step (${oneOf(storySteps)}), or both with a slash between them.`);
  });
  return (piece) => wanted.some(({ seed, step }) => (seed === undefined || seed === piece.seed) && (step === undefined || step === piece.step));
}
