import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll } from 'vitest';
import type { ImageSplit } from '../../core/data/imageSet.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A fresh folder, removed after the last test of the file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pocketformer-data-'));
  folders.push(folder);
  return folder;
}

/** A picture in vertical bands of equal width, one per colour (CSS names or hex). */
export function bands(colours: readonly string[], width = 24, height = 24): Sharp {
  const rects = colours.map((colour, i) => (
    `<rect x="${(i * width) / colours.length}" width="${width / colours.length}" height="${height}" fill="${colour}"/>`));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${rects.join('')}</svg>`;
  return sharp(Buffer.from(svg)).removeAlpha();
}

/** A picture that a decoder cannot guess from its first half. */
export function grain(width = 48, height = 48): Sharp {
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37 + ((i * i) >> 5)) & 255);
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

export async function put(root: string, path: string, content: Sharp | Uint8Array | string): Promise<void> {
  const absolute = join(root, path);
  await mkdir(dirname(absolute), { recursive: true });
  await writeFile(absolute, isPicture(content) ? await content.toBuffer() : content);
}

function isPicture(content: Sharp | Uint8Array | string): content is Sharp {
  return content instanceof sharp;
}

/** Pixel (x, y) of [3, S, S] bytes. */
export function pixelAt(image: Uint8Array, size: number, x: number, y: number): number[] {
  return [0, 1, 2].map((channel) => image[(channel * size + y) * size + x]);
}

/** All images of a split as one array. */
export function allPixels(split: ImageSplit, imageSize: number): Uint8Array {
  const bytes = 3 * imageSize * imageSize;
  const pixels = new Uint8Array(split.count * bytes);
  for (let i = 0; i < split.count; i++) split.read(i, pixels, i * bytes);
  return pixels;
}
