import { getProxy } from '../scoring/proxies.ts';
import { frontsTable, percent } from '../study/frontsTable.ts';
import { measuredByKey, type DeviceChecks } from '../study/checks/studyChecks.ts';
import type { StudyView } from '../study/folder.ts';
import type { StudySummary } from '../study/summary.ts';
import { summaryFile } from '../study/summaryFile.ts';
import { measuredLines, measuredRecord } from './checkOutput.ts';
import type { Surroundings } from './command.ts';
import { quoted } from './studyRun.ts';
import { grouped, sizeText, tableLines } from './table.ts';

/**
 * Prints what a study has found so far: with --json its summary, otherwise tables.
 * @param checks what it has measured, beside what was predicted
 */
export async function printReport(
  study: Pick<StudyView, 'directory' | 'paths' | 'info'>, summary: StudySummary, { json, print, columns }: Surroundings, checks: readonly DeviceChecks[] = [],
): Promise<void> {
  const { directory, paths, info: { status } } = study;
  if (json) return print(JSON.stringify({ directory, status, ...summaryFile(summary), ...(checks.length > 0 && { measured: checks.map(measuredRecord) }) }));
  for (const line of headLines(status, summary)) await print(line);
  if (summary.result === null) {
    await print('');
    return print(`There are no fronts yet. To go on: pocketformer resume ${quoted(directory)}`);
  }
  await print('');
  const linear = summary.data?.linearAccuracy ?? null;
  const baseline = linear === null ? undefined : { label: 'a linear classifier on the same pixels', accuracy: linear };
  await print(frontsTable(summary.result, { columns, baseline, measured: measuredByKey(checks) }).trimEnd());
  for (const line of measuredLines(checks)) await print(line);
  if (summary.exported.length > 0) {
    await print('');
    for (const line of modelTable(summary.exported)) await print(line);
  }
  await print('');
  await print(`Models    ${paths.models}`);
  await print(`Pictures  ${paths.frontsSvg} and ${paths.frontsPng}`);
  if (status !== 'finished') await print(`The study is ${status}. To go on: pocketformer resume ${quoted(directory)}`);
}

function headLines(status: string, { name, space, seed, engine, scoring, data, warnings }: StudySummary): string[] {
  return [
    `${name}: ${status}; space ${space}, seed ${seed}${engine === null ? '' : `, engine ${engine}`}`,
    ...(scoring ? [`Nothing is trained: ranked by ${getProxy(scoring.proxy).title}, ${scoring.seeds === 1 ? 'one seed' : `mean of ${scoring.seeds} seeds`}`] : []),
    ...(data ? [`${grouped(data.trainImages)} training and ${grouped(data.valImages)} validation images of ${data.classes.length} classes, ${data.imageSize} px`] : []),
    ...(data && data.skipped.length > 0 ? [`${grouped(data.skipped.length)} images could not be used, e.g. ${data.skipped[0].path}: ${data.skipped[0].reason}`] : []),
    ...warnings.map((warning) => `Note: ${warning}`),
  ];
}

const modelColumns = [
  { title: 'model', align: 'left' }, { title: 'accuracy', align: 'right' }, { title: 'size', align: 'right' },
  { title: 'ONNX Runtime differs by', align: 'right' }, { title: 'on the front of', align: 'left' },
] as const;

function modelTable(exported: StudySummary['exported']): string[] {
  return tableLines(modelColumns, exported.map(({ path, devices, accuracy, comparison, sizeBytes, relativeDiff }) => [
    path, accuracy === null ? 'untrained' : `${percent(accuracy)}${comparison ? ` (float32 ${percent(comparison.float32)})` : ''}`, sizeText(sizeBytes),
    relativeDiff.toExponential(1), devices.join(', '),
  ]));
}
