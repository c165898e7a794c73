import { percent } from '../study/frontsTable.ts';
import type { TrainingView } from '../study/networkTraining/trainingFolder.ts';
import type { TrainingResult } from '../study/networkTraining/trainingResult.ts';
import { formatDuration } from '../study/progress.ts';
import type { Surroundings } from './command.ts';
import { quoted } from './studyRun.ts';
import { grouped, sizeText, tableLines } from './table.ts';

/** Wrong images shown; the rest is in the result's file. */
const shownMistakes = 5;

/** Prints what a training has found: with --json its result, otherwise tables. */
export async function printTraining(
  { directory, paths, info: { status } }: Pick<TrainingView, 'directory' | 'paths' | 'info'>, result: TrainingResult | undefined,
  { json, print }: Pick<Surroundings, 'json' | 'print'>,
): Promise<void> {
  if (json) return print(JSON.stringify({ directory, status, ...result }));
  if (result === undefined) return print(`${directory}: ${status}, without a result yet. To go on: pocketformer resume ${quoted(directory)}`);
  for (const line of [...headLines(result), '', ...classLines(result), ...mistakeLines(result), '']) await print(line);
  const { exported, otherPrecisions } = result;
  await print(`Model    ${paths.network}, ${sizeText(exported.sizeBytes)}; the file itself: ${percent(exported.accuracy)}, ONNX Runtime differs by ${exported.relativeDiff.toExponential(1)}`);
  for (const { path, precision, sizeBytes, comparison } of otherPrecisions) {
    await print(`         ${path}, ${precision}, ${sizeText(sizeBytes)}: ${percent(comparison.written)}, where float32 has ${percent(comparison.float32)}`);
  }
  await print(`Weights  ${paths.best} and ${paths.last}`);
  await print(`Result   ${paths.result}`);
}

function headLines({ name, space, key, macs, params, resolution, data, start, notes, latencies, steps, stoppedEarly, trainingSeconds, epochs, best, evaluation, retokenization, preset, starting }: TrainingResult): string[] {
  const { accuracy, top5Accuracy, loss, images, weights } = evaluation;
  return [
    `${name}: ${key} of ${space}, ${resolution} px, ${grouped(macs)} MACs, ${grouped(params)} parameters`,
    `${grouped(data.trainImages)} training and ${grouped(data.valImages)} validation images of ${data.classes.length} classes; from ${start}${preset === null ? '' : `, by the recipe ${preset}`}`,
    ...notes,
    ...(starting === null || starting.frozenBlocks === 0 ? [] : [`Frozen: the first ${starting.frozenBlocks} blocks; ${grouped(starting.trainedParams)} of the parameters were trained`]),
    `${grouped(steps)} steps, ${epochs.at(-1)!.epoch.toFixed(1)} epochs${stoppedEarly ? ', stopped because it no longer got better' : ''}, ${formatDuration(trainingSeconds)} in steps`,
    ...(retokenization === null ? [] : [
      `Fewer tokens at first: ${retokenization.phases.slice(0, -1).map(({ stride, dilation, toEpoch }) => `(${stride}, ${dilation}) to epoch ${toEpoch}`).join(', ')}; `
        + `saves ${percent(retokenization.savedMacsShare)} of the training's MACs`,
    ]),
    ...(latencies.length === 0 ? [] : [`Predicted latency: ${latencies.map(({ device, latencyMs, lowMs, highMs }) => `${device} ${latencyMs.toPrecision(3)} ms (${lowMs.toPrecision(3)} to ${highMs.toPrecision(3)})`).join(', ')}`]),
    `Validation: ${percent(accuracy)} top-1, ${percent(top5Accuracy)} top-5, loss ${loss.toFixed(3)}, on ${grouped(images)} images by the ${weights} weights`
      + ` (best epoch ${best.epoch.toFixed(1)}, last ${percent(epochs.at(-1)!.accuracy)})`,
  ];
}

const classColumns = [
  { title: 'class', align: 'left' }, { title: 'images', align: 'right' }, { title: 'accuracy', align: 'right' }, { title: 'most often taken for', align: 'left' },
] as const;

function classLines({ evaluation: { perClass, confusion } }: TrainingResult): string[] {
  return tableLines(classColumns, perClass.map(({ class: name, images, accuracy }, label) => {
    const others = confusion[label].map((count, predicted) => ({ count, predicted })).filter(({ count, predicted }) => predicted !== label && count > 0);
    const [worst] = others.sort((a, b) => b.count - a.count);
    return [name, grouped(images), percent(accuracy), worst ? `${perClass[worst.predicted].class} (${worst.count})` : ''];
  }));
}

function mistakeLines({ evaluation: { wrong } }: TrainingResult): string[] {
  if (wrong.length === 0) return [];
  return ['', 'Surest mistakes:', ...wrong.slice(0, shownMistakes).map(({ index, path, label, predicted, confidence }) => (
    `  ${path ?? `validation image ${index}`}: ${label}, taken for ${predicted} (${percent(confidence)})`))];
}
