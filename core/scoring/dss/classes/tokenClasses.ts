/** Tokens of a network that reads a constant image, by classes of tokens that are all alike. */
export interface TokenClasses {
  /** Tokens of each class. Tokens in front of the map come first, each a class of its own. */
  readonly counts: readonly number[];
  /** Classes of tokens in front of the map. */
  readonly front: number;
}

export const noTokens: TokenClasses = { counts: [], front: 0 };
