/** Tokens of a network that reads a constant image, by classes of tokens that are all alike. */
export interface TokenClasses {
  /** Tokens of each class. Tokens in front of the map come first, each a class of its own. */
  readonly counts: readonly number[];
  /** Classes of tokens in front of the map. */
  readonly front: number;
  readonly height: number;
  readonly width: number;
  /** Of each place of the map, row by row, its class. */
  readonly map: Uint16Array;
}

export const noTokens: TokenClasses = { counts: [], front: 0, height: 0, width: 0, map: new Uint16Array(0) };

const uniforms = new Map<string, TokenClasses>();

/** All tokens of a map alike. @param front tokens in front of the map */
export function uniformMap(height: number, width: number, front: number): TokenClasses {
  const key = `${height}x${width}+${front}`;
  let classes = uniforms.get(key);
  if (!classes) {
    const map = new Uint16Array(height * width).fill(front);
    uniforms.set(key, classes = { counts: [...new Array<number>(front).fill(1), map.length], front, height, width, map });
  }
  return classes;
}

/** Whether all tokens of the map are alike. */
export const isUniform = ({ counts, front }: TokenClasses) => counts.length === front + 1;

/**
 * Classes of a map whose places are told apart by what they see.
 * @param seen of a place, as text: equal for places that are alike
 * @returns for each class of the map, one of its places, too
 */
export function classify(
  height: number, width: number, front: number, seen: (row: number, column: number) => string,
): { classes: TokenClasses; places: number[] } {
  const numbers = new Map<string, number>();
  const counts = new Array<number>(front).fill(1);
  const places: number[] = [];
  const map = new Uint16Array(height * width);
  for (let place = 0; place < map.length; place++) {
    const key = seen(Math.floor(place / width), place % width);
    let number = numbers.get(key);
    if (number === undefined) {
      numbers.set(key, number = counts.push(0) - 1);
      places.push(place);
    }
    counts[number]++;
    map[place] = number;
  }
  return { classes: { counts, front, height, width, map }, places };
}
