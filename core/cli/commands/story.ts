import { CancelledError } from '../../base/errors.ts';
import { formatDuration } from '../../study/progress.ts';
import { defineCommand } from '../command.ts';
import { MeasuringProgress } from '../measuringOutput.ts';
import { argument, flag, optional, text, withDefault } from '../options.ts';
import { StudyProgress } from '../studyProgress.ts';
import { quoted } from '../studyRun.ts';

export const story = defineCommand({
  name: 'story',
  summary: 'From a search to measured files for several phones, beside networks that nobody searched',
  details: 'For each seed of a story file: trains a supernet and searches it for its phones, retrains the winner of each within its budget, writes all networks in float32 and in '
    + 'fewer bits, verified in ONNX Runtime, and measures the files on this computer; beside them networks that were not searched, as slow on the phone as its winner and '
    + 'trained for the same budget or for as many epochs. Tells accuracy against latency before and after each step, with the spread over seeds.\n'
    + 'Every piece is a study, a training or a session in a folder of its own, and the report is made of what they say. Ctrl-C stops at the next safe point; the same command '
    + 'goes on where it stopped. --only does some pieces now and others at another time: seeds (2), steps (search, retrain, hand-designed, measure), or both (2/measure). '
    + 'Latencies want a computer that does nothing else.',
  json: 'What results/story.json holds: {name, space, pieces: {done, total}, target, phones: [{phone, budgetMs, networks: [{network, macs, params, predictedMs, epochs, trainingSeconds, '
    + 'searchSeconds, precisions: [{precision, accuracy, accuracyChange, latencyMs, sizeBytes}]}], differences}], runs}, quantities as {mean, deviation, seeds}',
  options: {
    file: argument(text('FILE.yaml', 'the path of a story file'), 'Story file; see examples/story.yaml'),
    out: withDefault(text('DIR', 'the path of a folder'), 'runs/story', 'Folder of the story; one that holds the same story is gone on with'),
    only: optional(text('PIECES', 'seeds, steps or SEED/STEP with commas between them'), 'Do these pieces alone; they must come after those that they need'),
    reportOnly: flag('Do no piece; write the report of those that are done anew'),
  },
  examples: [
    'pocketformer story examples/story.yaml',
    'pocketformer story examples/story.yaml --out runs/story --only 1,2/search',
    'pocketformer story examples/story.yaml --out runs/story --only measure',
  ],
  async run({ file: path, out, only, reportOnly }, surroundings) {
    const { json, print, note } = surroundings;
    const { readStoryFile } = await import('../../study/story/storyFile.ts');
    const { runStory } = await import('../../study/story/runStory.ts');
    const { storyPaths } = await import('../../study/story/storyResults.ts');
    const { storyMarkdown } = await import('../../study/story/markdown.ts');
    const file = await readStoryFile(path);
    const progress = new StudyProgress(surroundings);
    let measuring: MeasuringProgress | undefined;
    const endBars = () => {
      progress.finish();
      measuring?.finish();
    };
    try {
      const summary = await runStory(out, file, {
        signal: surroundings.stopSignal(), only, reportOnly, onProgress: (report) => progress.update(report), onMessage: (message) => progress.message(message),
        onPiece({ seed, title }, { number, pieces, secondsLeft }) {
          endBars();
          note(`Piece ${number} of ${pieces}: seed ${seed}, ${title}${secondsLeft === undefined ? '' : `; about ${formatDuration(secondsLeft)} left in all`}`);
        },
        onMeasuring: (models) => (measuring = new MeasuringProgress(models, surroundings)).hooks,
      });
      endBars();
      if (json) return await print(JSON.stringify(summary));
      const { summary: numbers, table, figure } = storyPaths(out);
      await print(storyMarkdown(summary, figure).trimEnd());
      for (const line of ['', `Report   ${table}`, `Picture  ${figure}`, `Numbers  ${numbers}`]) await print(line);
      const { done, total } = summary.pieces;
      if (done < total) await print(`${done} of ${total} pieces are done. To go on: pocketformer story ${quoted(path)} --out ${quoted(out)}`);
    } catch (error) {
      if (!(error instanceof CancelledError)) throw error;
      throw new CancelledError('Stopped on request, with everything saved. The same command goes on.');
    } finally {
      endBars();
    }
  },
});
