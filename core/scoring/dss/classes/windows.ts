import { classify, type TokenClasses } from './tokenClasses.ts';

/** Square windows that move over a map in steps, on zeros where they reach beyond it. */
export interface WindowShape {
  readonly kernelSize: number;
  readonly stride: number;
  /** Rows (and columns) of zeros that the first window begins with. */
  readonly before: number;
  /** Windows per column and row. */
  readonly height: number;
  readonly width: number;
}

export interface WindowedClasses {
  /** Windows that see the same; the tokens in front of the map are still there. */
  readonly output: TokenClasses;
  /** Of each class of the windows, what class each place of the window sees, row by row, and -1 for zeros. */
  readonly taps: readonly Int32Array[];
}

const known = new WeakMap<TokenClasses, Map<string, WindowedClasses>>();

/** Classes of what windows make of a map. */
export function windowedClasses(input: TokenClasses, shape: WindowShape): WindowedClasses {
  const key = Object.values(shape).join(' ');
  let ofInput = known.get(input);
  if (!ofInput) known.set(input, ofInput = new Map());
  let windowed = ofInput.get(key);
  if (!windowed) ofInput.set(key, windowed = classifyWindows(input, shape));
  return windowed;
}

function classifyWindows(input: TokenClasses, { kernelSize, stride, before, height, width }: WindowShape): WindowedClasses {
  const tapsAt = (row: number, column: number) => Int32Array.from({ length: kernelSize ** 2 }, (_, tap) => {
    const y = row * stride - before + Math.floor(tap / kernelSize);
    const x = column * stride - before + tap % kernelSize;
    return y < 0 || x < 0 || y >= input.height || x >= input.width ? -1 : input.map[y * input.width + x];
  });
  const { classes, places } = classify(height, width, input.front, (row, column) => tapsAt(row, column).join());
  return { output: classes, taps: places.map((place) => tapsAt(Math.floor(place / width), place % width)) };
}

/** How tokens attend to each other, by classes. */
export interface ClassAttention {
  /** What the attention makes: tokens of a class are told apart if they see other windows. */
  readonly output: TokenClasses;
  /** Of each class that it makes, the class that it was. */
  readonly origin: Int32Array;
  /** Tokens of each class that one of them sees, [output classes, input classes]. */
  readonly seen: Float64Array;
}

const attentions = new WeakMap<TokenClasses, Map<number, ClassAttention>>();

/** @param splits windows per side that tokens see no further than; 1 where all see all */
export function classAttention(input: TokenClasses, splits: number): ClassAttention {
  let ofInput = attentions.get(input);
  if (!ofInput) attentions.set(input, ofInput = new Map());
  let attention = ofInput.get(splits);
  if (!attention) ofInput.set(splits, attention = splits === 1 ? global(input) : windowed(input, splits));
  return attention;
}

function global(input: TokenClasses): ClassAttention {
  const { length } = input.counts;
  return {
    output: input, origin: Int32Array.from({ length }, (_, i) => i),
    seen: Float64Array.from({ length: length ** 2 }, (_, i) => input.counts[i % length]),
  };
}

function windowed(input: TokenClasses, splits: number): ClassAttention {
  const { height, width, map, counts, front } = input;
  const [rows, columns] = [height / splits, width / splits];
  const windowOf = (row: number, column: number) => Math.floor(row / rows) * splits + Math.floor(column / columns);
  const contents = Array.from({ length: splits ** 2 }, () => new Float64Array(counts.length));
  map.forEach((number, place) => { contents[windowOf(Math.floor(place / width), place % width)][number]++; });
  const texts = contents.map((content) => content.join());
  const { classes, places } = classify(height, width, front, (row, column) => `${map[row * width + column]} in ${texts[windowOf(row, column)]}`);
  const seen = new Float64Array(classes.counts.length * counts.length);
  places.forEach((place, i) => seen.set(contents[windowOf(Math.floor(place / width), place % width)], i * counts.length));
  return { output: classes.counts.length === counts.length ? input : classes, origin: Int32Array.from(places, (place) => map[place]), seen };
}
