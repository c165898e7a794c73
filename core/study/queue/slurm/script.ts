export interface ScriptOptions {
  /** Absolute; all nodes must see it. */
  readonly folder: string;
  readonly logs: string;
  readonly chunks: number;
  /** What jobs are listed as. */
  readonly title: string;
  readonly threads: number;
  /** The program as every node can start it, a word each. */
  readonly program: readonly string[];
}

/** An sbatch script with a task for each chunk. Tasks whose results are there end at once, so it may be submitted again as it is. */
export function arrayScript({ folder, logs, chunks, title, threads, program }: ScriptOptions): string {
  return `#!/bin/bash
#SBATCH --job-name="${title.replace(/[^\w.,+ -]/g, '')}"
#SBATCH --array=0-${chunks - 1}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=${threads}
#SBATCH --output="${logs}/%a.txt"

# Does one chunk of work. All nodes must see the folder, and have Node.js and the program in the same places;
# otherwise set POCKETFORMER_CHUNKS to the folder and POCKETFORMER to the command.
set -euo pipefail
folder=\${POCKETFORMER_CHUNKS:-${quoted(folder)}}
if [ -n "\${POCKETFORMER:-}" ]; then read -r -a program <<< "$POCKETFORMER"; else program=(${program.map(quoted).join(' ')}); fi
exec "\${program[@]}" slurm task "$folder" "\${SLURM_ARRAY_TASK_ID:?is set by Slurm for each task of an array}"
`;
}

/** As the shell takes it for one word. */
export const quoted = (word: string) => (/^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`);

/** "3-5,9": numbers in ascending order as sbatch's option --array takes them. */
export function arrayRanges(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
