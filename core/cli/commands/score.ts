import { getSpace } from '../../spaces/index.ts';
import { ProgressBar } from '../../study/progressBar.ts';
import type { ScoredArchitecture } from '../../study/scoring/scoringWorkers.ts';
import { findArchitectures } from '../architectures.ts';
import { defineCommand } from '../command.ts';
import { optional, wholeNumber } from '../options.ts';
import { proxyLines } from '../proxyNames.ts';
import { chunkMinutesOption, queueOption } from '../queueOption.ts';
import { scoreJson, scoreTable } from '../scoreOutput.ts';
import { inputRemarks, planOf, scoringOptions } from '../scoringOptions.ts';

export const score = defineCommand({
  name: 'score',
  summary: 'Score architectures without training any',
  details: 'Training-free scores (proxies) of untrained networks. Weights are drawn from the seed: slices of one supernet, as TF-TAS '
    + "takes them, or each architecture's own. Lengths and curvatures draw weights and inputs of their own, as As-ViT does. Other inputs are "
    + 'an image of ones, or 64 of standard normal noise with drawn labels, unless --input, --batch or --images say otherwise. Scores that '
    + 'are not valid are told with a reason, and come last.\nProxies:\n' + proxyLines.join('\n'),
  json: 'A line each, in the order of the architectures: {arch, scores: {PROXY: value}, ms, macs: {PROXY: executed}}, and where there are any spread and '
    + 'perSeed (with several seeds: standard deviation, values), parts (terms of a value), invalid (why a score is null), notes',
  options: {
    ...scoringOptions,
    threads: optional(wholeNumber('N', 1, 1024), 'Processors to score on (default: all)'),
    queue: queueOption,
    chunkMinutes: chunkMinutesOption,
  },
  examples: [
    'pocketformer score --space autoformer-tiny --proxy dss,params --archs tf-tas-ti',
    'pocketformer score --space autoformer-tiny --proxy snip,naswot --archs architectures.jsonl --seeds 3 --json',
    'pocketformer score --space autoformer-tiny --proxy snip --archs architectures.jsonl --queue redis://cluster:6379',
    'pocketformer sample --space autoformer-tiny --count 1000 --json | pocketformer score --space autoformer-tiny --proxy dss --archs -',
  ],
  async run({ space: spaceId, proxy: proxies, archs: input, engine, threads, queue, chunkMinutes, ...options }, { json, print, note, progress: output, quiet, readStandardInput, stopSignal }) {
    const space = getSpace(spaceId);
    const archs = await findArchitectures(space, input, readStandardInput);
    const signal = stopSignal();
    const plan = await planOf(space, archs, proxies, options, signal);
    (await import('../../study/scoring/plan.ts')).checkScorable(plan, archs);
    for (const remark of inputRemarks(proxies, options)) note(remark);
    const { startScoringWorkers } = await import('../../study/scoring/scoringWorkers.ts');
    const { workThrough } = await import('../../study/queue/workThrough.ts');
    const bar = new ProgressBar({ label: 'Scoring', total: archs.length, unit: 'architectures', output, quiet });
    const workers = await startScoringWorkers({ plan, engine, threads, archs, queue: queue && { address: queue, tell: (text) => bar.log(text), signal, chunkMinutes } });
    const scored: ScoredArchitecture<unknown>[] = [];
    try {
      for await (const portion of workThrough(archs, workers, { signal })) {
        if (json) for (const one of portion) await print(JSON.stringify(scoreJson(proxies, one)));
        scored.push(...portion);
        bar.update(scored.length);
      }
    } finally {
      bar.finish();
      await workers.close();
    }
    if (!json) for (const line of scoreTable(space, proxies, scored)) await print(line);
  },
});
