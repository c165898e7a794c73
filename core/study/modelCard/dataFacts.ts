import { resolve } from 'node:path';
import { decodingText } from '../../data/decode.ts';
import { folderLayout } from '../../data/folderScan.ts';
import type { DataConfig } from '../../data/config.ts';
import type { ModelCard } from './schema.ts';

type DataFacts = NonNullable<ModelCard['data']>;

/** Who has images, by whose settings. */
export interface ImagesOf {
  readonly data: DataConfig;
  /** Of the study or training. */
  readonly seed: number;
  /** That a path in the settings is relative to. */
  readonly baseDir: string;
}

/** What is told of a study's or a training's images. @param found counts and the id of those that were read */
export async function dataFacts(owner: ImagesOf, found: Pick<DataFacts, 'id' | 'trainImages' | 'valImages' | 'imageSize'>): Promise<DataFacts> {
  const { id, trainImages, valImages, imageSize } = found;
  return { source: sourceText(owner), id, trainImages, valImages, imageSize, split: await splitText(owner) };
}

function sourceText({ data, seed }: ImagesOf): string {
  if (data.kind === 'folder') return `Images of the folder ${data.path}`;
  return `Synthetic images that Pocketformer paints itself: ten classes, difficulty ${data.difficulty}, seed ${data.seed ?? seed}`;
}

async function splitText({ data, seed, baseDir }: ImagesOf): Promise<string> {
  if (data.kind === 'synthetic') return 'painted apart';
  const undivided = `${100 * data.valFraction} % of each class, drawn by the seed ${seed}, validate`;
  try {
    const { parts } = await folderLayout(resolve(baseDir, data.path));
    return parts.some(({ part }) => part === 'val') ? `as the folder is divided: ${parts.map(({ folder }) => `${folder}/`).join(' and ')}` : undivided;
  } catch {
    // The folder is gone, which takes nothing away from the model.
    return `as the folder is divided or, without a folder of validation images, ${undivided}`;
  }
}

/** How image files become what the network takes. @param resolution of the network */
export function preparationText({ kind, imageSize }: Pick<DataConfig, 'kind' | 'imageSize'>, resolution: number): string {
  const made = kind === 'synthetic' ? `painted at ${imageSize} x ${imageSize} pixels` : decodingText(imageSize);
  return imageSize === resolution ? made : `${made}; then resized to ${resolution} x ${resolution} (bicubic)`;
}
