import { evaluatedPoints, searchResult } from '../../search/result.ts';
import type { SearchResult } from '../../search/result.ts';
import { resultFile } from '../../search/resultFile.ts';
import type { SearchProblem } from '../../search/problem.ts';
import type { SearchState } from '../../search/state.ts';
import { frontsPng, frontsSvg, pictureOf } from '../frontsPicture.ts';
import type { StudySummary } from '../summary.ts';
import { summaryFile } from '../summaryFile.ts';
import type { RunContext } from './context.ts';

export async function writeSummary(context: RunContext, summary: StudySummary): Promise<void> {
  context.summary = summary;
  await context.study.writeFile(context.study.paths.summary, `${JSON.stringify(summaryFile(summary), undefined, 2)}\n`);
}

/** What a finished search found, as files: fronts, summary, pictures. */
export async function writeResults(context: RunContext, problem: SearchProblem<unknown>, state: SearchState<unknown>): Promise<SearchResult> {
  const { study } = context;
  const result = searchResult(problem, state);
  await study.writeFile(study.paths.fronts, `${JSON.stringify(resultFile(result), undefined, 2)}\n`);
  await writeSummary(context, { ...context.summary, result });
  await drawFronts(context, result, state);
  return result;
}

async function drawFronts({ study, summary, devices }: RunContext, result: SearchResult, state: SearchState<unknown>): Promise<void> {
  const linear = summary.data?.linearAccuracy ?? null;
  const svg = frontsSvg(pictureOf(result, devices.map((_, i) => evaluatedPoints(state, i)), {
    title: summary.name, ...(linear === null ? {} : { baseline: { label: 'linear classifier', accuracy: linear } }),
  }));
  await study.writeFile(study.paths.frontsSvg, svg);
  await study.writeFile(study.paths.frontsPng, await frontsPng(svg));
}
