import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { messageOf } from '../base/errors.ts';

/** Shorter sides than this hold nothing to learn from. */
const minSidePixels = 4;
/** Centre crops of more elongated images would show a sliver. */
const maxAspectRatio = 20;
/** Guards against small files that unpack to gigabytes. */
const maxPixels = 100_000_000;

/** The libraries that turn files into pixels; part of the cache's key, because another version may round differently. */
export const decoderVersion = `sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`;

export type Decoded =
  | { readonly pixels: Uint8Array }
  /** `transient`: reading the file failed, so that another attempt may succeed on the unchanged file. */
  | { readonly skipped: string; readonly transient: boolean };

/**
 * One thread per image, because many images are decoded at once, and no cache of operations, because no file is read
 * twice. The setting belongs to the whole process.
 */
export function prepareDecoder(): void {
  sharp.concurrency(1);
  sharp.cache(false);
}

/** The format that a file's first 12 bytes announce. */
export function formatOf(head: Uint8Array): 'JPEG' | 'PNG' | 'WebP' | undefined {
  const ascii = (from: number, to: number) => String.fromCharCode(...head.subarray(from, to));
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'JPEG';
  if (head[0] === 0x89 && ascii(1, 8) === 'PNG\r\n\x1a\n') return 'PNG';
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return 'WebP';
  return undefined;
}

/** What `decodeImage` does, for those who have to do the same elsewhere. @param size of the square images, in pixels */
export const decodingText = (size: number) => `turned by its EXIF orientation, shorter side resized to ${size} pixels (Lanczos), centre ${size} x ${size} cropped, transparency laid on `
  + 'white, 8-bit sRGB';

/**
 * Reads one JPEG, PNG or WebP file as [3, S, S] bytes: turned as its EXIF orientation says, shorter side resized to S
 * with a Lanczos filter, centre cropped, transparency laid on white, converted to 8-bit sRGB. Of an animation, the
 * first picture. Never throws: a file that cannot be used comes back with the reason.
 */
export async function decodeImage(path: string, imageSize: number): Promise<Decoded> {
  let file: Uint8Array;
  try {
    file = await readFile(path);
  } catch (error) {
    return { skipped: `cannot be read: ${messageOf(error)}`, transient: true };
  }
  if (file.length === 0) return unusable('the file is empty');
  if (!formatOf(file)) return unusable('its content is not JPEG, PNG or WebP');
  try {
    const image = sharp(file, { failOn: 'warning', limitInputPixels: maxPixels });
    const { width, height } = await image.metadata();
    const odd = oddity(width, height);
    if (odd) return unusable(odd);
    const { data, info } = await image
      .autoOrient()
      .resize(imageSize, imageSize, { fit: 'cover', position: 'centre', kernel: 'lanczos3' })
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) return unusable(`it has ${info.channels} colour channels after conversion to RGB`);
    return { pixels: channelFirst(data, imageSize) };
  } catch (error) {
    return unusable(`cannot be decoded: ${messageOf(error).trim().replaceAll(/\s*\n\s*/g, '; ')}`);
  }
}

function unusable(reason: string): Decoded {
  return { skipped: reason, transient: false };
}

function oddity(width: number, height: number): string | undefined {
  const shorter = Math.min(width, height);
  if (shorter < minSidePixels) return `${width}x${height} pixels is too small (at least ${minSidePixels} per side)`;
  if (Math.max(width, height) > maxAspectRatio * shorter) {
    return `${width}x${height} pixels is too elongated (at most ${maxAspectRatio}:1)`;
  }
  return undefined;
}

/** [S, S, 3] to [3, S, S]. */
function channelFirst(interleaved: Uint8Array, imageSize: number): Uint8Array {
  const area = imageSize * imageSize;
  const planes = new Uint8Array(3 * area);
  for (let i = 0, j = 0; i < area; i++) {
    planes[i] = interleaved[j++];
    planes[area + i] = interleaved[j++];
    planes[2 * area + i] = interleaved[j++];
  }
  return planes;
}
