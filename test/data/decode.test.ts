import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { decodeImage, formatOf } from '../../core/data/decode.ts';
import { bands, grain, pixelAt, temporaryFolder } from './pictures.ts';

const size = 12;
let folder = '';
beforeAll(async () => {
  folder = await temporaryFolder();
});

async function decode(file: Uint8Array | string, imageSize = size) {
  const path = join(folder, 'picture');
  await writeFile(path, file);
  return decodeImage(path, imageSize);
}

async function pixelsOf(picture: Sharp, imageSize = size): Promise<Uint8Array> {
  const decoded = await decode(await picture.toBuffer(), imageSize);
  if (!('pixels' in decoded)) throw new Error(decoded.skipped);
  return decoded.pixels;
}

async function reasonOf(file: Uint8Array | string): Promise<string> {
  const decoded = await decode(file);
  return 'skipped' in decoded ? decoded.skipped : 'decoded';
}

function expectNear(colour: number[], expected: number[], tolerance: number) {
  for (const [i, value] of colour.entries()) expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(tolerance);
}

describe('decodeImage', () => {
  it.each(['png', 'webp', 'jpeg'] as const)('reads %s as planes of red, green and blue', async (format) => {
    const pixels = await pixelsOf(bands(['#c81e3c']).toFormat(format, { quality: 100 }));
    expect(pixels).toHaveLength(3 * size * size);
    expectNear(pixelAt(pixels, size, 6, 6), [0xc8, 0x1e, 0x3c], format === 'png' ? 0 : 3);
  });

  it('keeps every pixel of a lossless image that has the right size already', async () => {
    const raw = await grain(16, 16).raw().toBuffer();
    const pixels = await pixelsOf(grain(16, 16).png(), 16);
    for (let i = 0; i < 16 * 16; i++) expect(pixelAt(pixels, 16, i % 16, i >> 4)).toEqual([...raw.subarray(3 * i, 3 * i + 3)]);
  });

  it('cuts the centre square out of an elongated image', async () => {
    const pixels = await pixelsOf(bands(['red', 'lime', 'blue'], 36, 12).png());
    for (const x of [1, 6, 10]) expect(pixelAt(pixels, size, x, 6)).toEqual([0, 255, 0]);
  });

  it('turns the image as its EXIF orientation says', async () => {
    // Orientation 6: shown after a quarter turn clockwise, which brings the left side to the top.
    const stored = await bands(['red', 'blue']).png().toBuffer();
    const pixels = await pixelsOf(sharp(stored).withMetadata({ orientation: 6 }).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }));
    expectNear(pixelAt(pixels, size, 2, 2), [255, 0, 0], 6);
    expectNear(pixelAt(pixels, size, 9, 2), [255, 0, 0], 6);
    expectNear(pixelAt(pixels, size, 2, 9), [0, 0, 255], 6);
  });

  it('lays transparent pixels on white', async () => {
    const clear = sharp({ create: { width: 20, height: 20, channels: 4, background: { r: 200, g: 0, b: 0, alpha: 0 } } });
    expect(pixelAt(await pixelsOf(clear.clone().png()), size, 5, 5)).toEqual([255, 255, 255]);
    const half = sharp({ create: { width: 20, height: 20, channels: 4, background: { r: 200, g: 0, b: 0, alpha: 0.5 } } });
    expectNear(pixelAt(await pixelsOf(half.png()), size, 5, 5), [228, 128, 128], 2);
  });

  it('gives grey, 16-bit, palette and CMYK images three 8-bit channels', async () => {
    const colour = [60, 120, 180];
    const solid = () => bands(['#3c78b4']);
    const grey = await pixelsOf(solid().greyscale().toColourspace('b-w').png());
    const [red, green, blue] = pixelAt(grey, size, 3, 3);
    expect([green, blue]).toEqual([red, red]);
    const deep = solid().toColourspace('rgb16').png();
    expect((await sharp(await deep.toBuffer()).metadata()).depth).toBe('ushort');
    expectNear(pixelAt(await pixelsOf(deep), size, 3, 3), colour, 2);
    expectNear(pixelAt(await pixelsOf(solid().png({ palette: true })), size, 3, 3), colour, 2);
    const print = solid().toColourspace('cmyk').jpeg({ quality: 100 });
    expect((await sharp(await print.toBuffer()).metadata()).space).toBe('cmyk');
    expectNear(pixelAt(await pixelsOf(print), size, 3, 3), colour, 16);
  });

  it('says why an image cannot be used', async () => {
    const jpeg = await grain().jpeg().toBuffer();
    expect(await reasonOf(jpeg.subarray(0, jpeg.length / 2))).toMatch(/cannot be decoded: .*premature end/i);
    const garbled = Uint8Array.from(jpeg, (value, i) => (i > jpeg.length / 2 && i < jpeg.length - 2 ? (i * 7919) & 255 : value));
    expect(await reasonOf(garbled)).toMatch(/cannot be decoded/);
    const png = await grain().png().toBuffer();
    expect(await reasonOf(png.subarray(0, png.length / 2))).toMatch(/cannot be decoded/);
    expect(await reasonOf('')).toBe('the file is empty');
    expect(await reasonOf('just a note')).toBe('its content is not JPEG, PNG or WebP');
    expect(await reasonOf(await grain().gif().toBuffer())).toBe('its content is not JPEG, PNG or WebP');
    expect(await reasonOf(await bands(['red'], 1, 1).png().toBuffer())).toMatch(/1x1 pixels is too small/);
    expect(await reasonOf(await bands(['red'], 400, 8).png().toBuffer())).toMatch(/400x8 pixels is too elongated/);
  });

  it('refuses a small file that would unpack to gigabytes', async () => {
    // A PNG header that announces 60,000 x 60,000 pixels: the decoder must not get to allocate them.
    const png = await grain().png().toBuffer();
    png.writeUInt32BE(60_000, 16);
    png.writeUInt32BE(60_000, 20);
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    expect(await reasonOf(png)).toMatch(/exceeds pixel limit/);
  });

  it('calls a failure to read transient', async () => {
    const decoded = await decodeImage(join(folder, 'nowhere.jpg'), size);
    expect(decoded).toMatchObject({ transient: true, skipped: expect.stringContaining('cannot be read') });
  });
});

describe('formatOf', () => {
  it('goes by content', async () => {
    expect(formatOf(await grain().jpeg().toBuffer())).toBe('JPEG');
    expect(formatOf(await grain().png().toBuffer())).toBe('PNG');
    expect(formatOf(await grain().webp().toBuffer())).toBe('WebP');
    expect(formatOf(Buffer.from('RIFF1234WAVE'))).toBeUndefined();
    expect(formatOf(new Uint8Array(0))).toBeUndefined();
  });
});
