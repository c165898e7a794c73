import { fileURLToPath } from 'node:url';
import { required, text, optional, wholeNumber, argument } from './options.ts';
import type { Surroundings } from './command.ts';
import type { ArrayOptions } from '../study/queue/slurm/writeArray.ts';
import { quoted } from './studyRun.ts';

/** The folder of an array, where it is written and where it is there already. */
export const newArrayOption = required(text('DIR', 'the path of a new folder'), 'Folder to write, which all nodes see; new or empty');
export const arrayArgument = argument(text('DIR', 'the path of a folder'), 'Folder that "pocketformer slurm" wrote');
export const chunkOption = optional(wholeNumber('N', 1, 1_000_000), 'Architectures of a task (default: about a hundred tasks, or fewer)');

/** Writes an array's folder and says what to do with it. */
export async function writeAndTell(folder: string, options: Omit<ArrayOptions, 'program'>, { json, print, note }: Pick<Surroundings, 'json' | 'print' | 'note'>): Promise<void> {
  const { writeArray } = await import('../study/queue/slurm/writeArray.ts');
  const { script, chunks } = await writeArray(folder, { ...options, program: [process.execPath, fileURLToPath(new URL('./bin.js', import.meta.url))] });
  if (json) return print(JSON.stringify({ path: folder, script, tasks: chunks, architectures: options.archs.length }));
  await print(`${folder}: ${chunks} ${chunks === 1 ? 'task' : 'tasks'} for ${options.archs.length} ${options.archs.length === 1 ? 'architecture' : 'architectures'}`);
  note(`Now: sbatch ${quoted(script)}`);
  note(`Then: pocketformer slurm collect ${quoted(folder)}`);
}
