/** The stage that a block belongs to, by its name: "stages.2.layers.0.ffn" is of "stages.2", "stem.conv" of "stem". */
export function stageName(block: string): string {
  const [first, second] = block.split('.');
  return second !== undefined && /^\d+$/.test(second) ? `${first}.${second}` : first;
}
