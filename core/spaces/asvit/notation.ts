import { stageCount } from './architecture.ts';

/** Four stages and what all share, separated by bars, each a list of numbers. */
const pattern = /^\s*\d+(?:\s*,\s*\d+){2,3}(?:\s*\|\s*\d+(?:\s*,\s*\d+){2,3}){3}\s*\|\s*\d+(?:\s*,\s*\d+)?\s*$/;

/**
 * The release's notation (asvit.md 1) as the fields of the JSON form: "K1,S1,E1|K2,S2,E2|K3,S3,E3|K4,1,E4|H", of scaled
 * networks "K1,S1,E1,L1|...|H,C".
 * @returns undefined for other texts
 */
export function fieldsOfNotation(text: string): Record<string, unknown> | undefined {
  if (!pattern.test(text)) return undefined;
  const parts = text.split('|').map((part) => part.split(',').map(Number));
  const stages = parts.slice(0, stageCount);
  const [heads, width] = parts[stageCount];
  const splits = stages.map(([, split]) => split);
  const isScaled = stages.some((stage) => stage.length > 3);
  return {
    kernels: stages.map(([kernel]) => kernel), splits: splits.at(-1) === 1 ? splits.slice(0, -1) : splits, mlpRatios: stages.map(([, , ratio]) => ratio), heads,
    ...(isScaled ? { depths: stages.map((stage) => stage[3]) } : {}), ...(width === undefined ? {} : { width }),
  };
}
