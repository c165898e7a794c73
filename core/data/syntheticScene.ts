import type { Random } from '../base/random.ts';

export const shapes = ['disc', 'square', 'triangle', 'cross', 'ring'] as const;
export const textures = ['stripes', 'checks'] as const;
export type Shape = (typeof shapes)[number];
export type Texture = (typeof textures)[number];

type Colour = readonly [number, number, number];
type Interval = readonly [number, number];

/** Two colours, 0 to 255, taking turns in a pattern. */
interface Paint {
  readonly texture: Texture;
  readonly colours: readonly [Colour, Colour];
  /** Phase of the pattern's wave per pixel along x and y, and at the origin. */
  readonly wave: readonly [number, number, number];
}

interface Figure {
  readonly shape: Shape;
  readonly paint: Paint;
  /** Centre, in pixels. */
  readonly x: number;
  readonly y: number;
  /** Radius, in pixels, of the disc that has the figure's area. */
  readonly radius: number;
  readonly angle: number;
  /** Width over height. */
  readonly aspect: number;
}

/** Scratch space for scenes of one size. */
export class Canvas {
  readonly imageSize: number;
  /** [S * S, 3] */
  readonly pixels: Float32Array;

  constructor(imageSize: number) {
    this.imageSize = imageSize;
    this.pixels = new Float32Array(3 * imageSize * imageSize);
  }
}

/**
 * Paints one scene: a figure of the asked shape and texture, among smaller figures of any shape and texture, on a
 * patterned and shaded ground, under noise. Place, size, angle, aspect and all colours are random, and a figure's area
 * does not depend on its shape, so that neither colours nor averages tell the class.
 * @param difficulty from 0 (large, crisp, alone) to 1 (small, faint, crowded, noisy)
 * @param target receives [3, S, S] from `offset` on
 */
export function paintScene(
  canvas: Canvas,
  kind: { readonly shape: Shape; readonly texture: Texture },
  difficulty: number,
  random: Random,
  target: Uint8Array,
  offset: number,
): void {
  const size = canvas.imageSize;
  const contrast = 150 - 90 * difficulty;
  paintGround(canvas, randomPaint(random.choice(textures), size, 0.7 * contrast * random.uniform(), random), random);

  const distractors = random.integer(1 + Math.round(8 * difficulty));
  for (let i = 0; i < distractors; i++) {
    const paint = randomPaint(random.choice(textures), size, contrast, random);
    paintFigure(canvas, randomFigure(random.choice(shapes), paint, [0.06, 0.11], [0, 1], size, difficulty, random));
  }
  const radii: Interval = [0.28 - 0.12 * difficulty, 0.32 - 0.04 * difficulty];
  const places: Interval = [0.5 - 0.25 * difficulty, 0.5 + 0.25 * difficulty];
  const paint = randomPaint(kind.texture, size, contrast, random);
  paintFigure(canvas, randomFigure(kind.shape, paint, radii, places, size, difficulty, random));

  develop(canvas, 4 + 44 * difficulty, random, target, offset);
}

function within([low, high]: Interval, random: Random): number {
  return low + (high - low) * random.uniform();
}

/** Radii and places in parts of the image. */
function randomFigure(
  shape: Shape,
  paint: Paint,
  radii: Interval,
  places: Interval,
  size: number,
  difficulty: number,
  random: Random,
): Figure {
  return {
    shape,
    paint,
    x: within(places, random) * size,
    y: within(places, random) * size,
    radius: within(radii, random) * size,
    angle: 2 * Math.PI * random.uniform(),
    aspect: Math.exp((random.uniform() - 0.5) * 0.6 * difficulty),
  };
}

/** A pattern with a period of 11 to 16 % of the image, in two random colours whose brightness differs by `contrast`. */
function randomPaint(texture: Texture, size: number, contrast: number, random: Random): Paint {
  const frequency = (2 * Math.PI) / (within([0.11, 0.16], random) * size);
  const angle = Math.PI * random.uniform();
  const middle = randomColour(random, 70, 185);
  const tint = randomColour(random, -40, 40);
  const half = contrast / 2 - (tint[0] + tint[1] + tint[2]) / 3;
  return {
    texture,
    colours: [
      [middle[0] + half + tint[0], middle[1] + half + tint[1], middle[2] + half + tint[2]],
      [middle[0] - half - tint[0], middle[1] - half - tint[1], middle[2] - half - tint[2]],
    ],
    wave: [frequency * Math.cos(angle), frequency * Math.sin(angle), 2 * Math.PI * random.uniform()],
  };
}

function randomColour(random: Random, low: number, high: number): Colour {
  return [within([low, high], random), within([low, high], random), within([low, high], random)];
}

/** Share of the first colour at a pixel. */
function pattern({ texture, wave }: Paint, x: number, y: number): number {
  const along = Math.sin(wave[0] * x + wave[1] * y + wave[2]);
  const value = texture === 'stripes' ? along : along * Math.sin(wave[0] * y - wave[1] * x + wave[2]) * 1.5;
  return Math.min(1, Math.max(0, 0.5 + value));
}

/** The ground's pattern everywhere, brighter towards one side. */
function paintGround({ imageSize, pixels }: Canvas, paint: Paint, random: Random): void {
  const [first, second] = paint.colours;
  const slopeX = within([-60, 60], random) / imageSize;
  const slopeY = within([-60, 60], random) / imageSize;
  for (let y = 0, at = 0; y < imageSize; y++) {
    for (let x = 0; x < imageSize; x++) {
      const share = pattern(paint, x, y);
      const shade = (x - imageSize / 2) * slopeX + (y - imageSize / 2) * slopeY;
      for (let channel = 0; channel < 3; channel++) {
        pixels[at++] = second[channel] + (first[channel] - second[channel]) * share + shade;
      }
    }
  }
}

function paintFigure({ imageSize, pixels }: Canvas, figure: Figure): void {
  const { x: centerX, y: centerY, radius, shape, paint } = figure;
  const [first, second] = paint.colours;
  // No shape reaches further than 1.6 radii, before stretching.
  const stretch = Math.sqrt(figure.aspect);
  const reach = 1.6 * radius * Math.max(stretch, 1 / stretch) + 1;
  const cos = Math.cos(figure.angle);
  const sin = Math.sin(figure.angle);
  const [fromX, toX] = [Math.max(0, Math.floor(centerX - reach)), Math.min(imageSize, Math.ceil(centerX + reach))];
  const [fromY, toY] = [Math.max(0, Math.floor(centerY - reach)), Math.min(imageSize, Math.ceil(centerY + reach))];
  for (let y = fromY; y < toY; y++) {
    for (let x = fromX; x < toX; x++) {
      const dx = (x + 0.5 - centerX) / radius;
      const dy = (y + 0.5 - centerY) / radius;
      const u = (dx * cos + dy * sin) / stretch;
      const v = (dy * cos - dx * sin) * stretch;
      const cover = Math.min(1, 0.5 - distance(shape, u, v) * radius);
      if (cover <= 0) continue;
      const share = pattern(paint, x, y);
      const at = 3 * (y * imageSize + x);
      for (let channel = 0; channel < 3; channel++) {
        const colour = second[channel] + (first[channel] - second[channel]) * share;
        pixels[at + channel] += (colour - pixels[at + channel]) * cover;
      }
    }
  }
}

/** Distance of (u, v) from the outline, negative inside. Every shape has the area of the unit disc. */
function distance(shape: Shape, u: number, v: number): number {
  switch (shape) {
    case 'disc':
      return Math.sqrt(u * u + v * v) - 1;
    case 'square':
      return Math.max(Math.abs(u), Math.abs(v)) - 0.886;
    case 'triangle': // Equilateral; the inner circle has radius 0.778.
      return Math.max(v, 0.866 * Math.abs(u) - 0.5 * v) - 0.778;
    case 'cross': { // Two bars of length 2.26 and width 0.86.
      const [across, along] = [Math.abs(u), Math.abs(v)];
      return Math.max(Math.min(across, along) - 0.43, Math.max(across, along) - 1.13);
    }
    case 'ring': // From radius 0.577 to 1.155.
      return Math.abs(Math.sqrt(u * u + v * v) - 0.866) - 0.289;
  }
}

/** Adds independent, nearly normal noise of deviation `noise` to every value and rounds to bytes, channel first. */
function develop({ imageSize, pixels }: Canvas, noise: number, random: Random, target: Uint8Array, offset: number): void {
  const area = imageSize * imageSize;
  // The sum of a word's four bytes has mean 510 and deviation 147.8.
  const scale = noise / 147.8;
  for (let i = 0, at = 0; i < area; i++) {
    for (let channel = 0; channel < 3; channel++) {
      const word = random.uint32();
      const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
      const value = pixels[at++] + (sum - 510) * scale;
      target[offset + channel * area + i] = Math.min(255, Math.max(0, Math.round(value)));
    }
  }
}
