import { readFileSync } from 'node:fs';

/** Files of every handed-over program, which read the others for what is special about it. */
export const programFiles = [
  'train.py', 'train.sh', 'check.py', 'predict.py', 'data.py', 'synthetic.py', 'augment.py', 'optimisation.py', 'checkpoints.py', 'weights.py', 'requirements.txt',
] as const;

/** Their texts by name. */
export function program(): Record<string, string> {
  return Object.fromEntries(programFiles.map((name) => [name, readFileSync(new URL(`program/${name}`, import.meta.url), 'utf8')]));
}
