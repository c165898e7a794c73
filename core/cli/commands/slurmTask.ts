import { defineCommand } from '../command.ts';
import { argument, wholeNumber } from '../options.ts';
import { arrayArgument } from '../slurmOptions.ts';

export const slurmTask = defineCommand({
  name: 'slurm task',
  summary: 'Do one task of an array; its sbatch script calls this',
  details: 'A task whose results are in the folder already ends at once.',
  json: 'One object: {chunk, architectures, isNew}',
  options: { directory: arrayArgument, index: argument(wholeNumber('N', 0), 'Number of the chunk, from 0 on') },
  examples: ['pocketformer slurm task jobs/snip 3'],
  async run({ directory, index }, { json, print }) {
    const { doArrayTask } = await import('../../study/queue/slurm/arrayTask.ts');
    const { architectures, isNew } = await doArrayTask(directory, index);
    if (json) return print(JSON.stringify({ chunk: index, architectures, isNew }));
    await print(`chunk ${index}: ${architectures} ${architectures === 1 ? 'architecture' : 'architectures'}${isNew ? '' : ', done before'}`);
  },
});
