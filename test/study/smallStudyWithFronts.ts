import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { loadDevice } from '../../core/latency/devices.ts';
import { predictLatency } from '../../core/latency/predict.ts';
import { networkMacs } from '../../core/network/counts.ts';
import { accuracyObjective } from '../../core/search/objective.ts';
import { architectureId, type FrontEntry } from '../../core/search/result.ts';
import { getSpace } from '../../core/spaces/index.ts';
import { makeDirectory } from '../../core/study/files.ts';
import { studyPaths } from '../../core/study/folder.ts';
import { summaryFile } from '../../core/study/summaryFile.ts';
import { smallTrainedStudy } from './smallTrainedStudy.ts';

/**
 * A study as `smallTrainedStudy` makes it, with a front of its smallest architecture and a larger one, with invented accuracies.
 * @returns both, the faster one first
 */
export async function smallStudyWithFronts(directory: string): Promise<readonly FrontEntry[]> {
  await smallTrainedStudy(directory);
  const space = getSpace('elasticvit-mini');
  const device = loadDevice('pixel4');
  const front = [space.smallest, space.networks.small].map((arch, i): FrontEntry => {
    const network = space.lower(arch, { classes: 10 });
    return { id: architectureId(space.key(arch)), key: space.key(arch), arch, value: 0.3 + 0.1 * i, ...predictLatency(device, network), macs: networkMacs(network) };
  });
  const { summary } = studyPaths(directory);
  await makeDirectory(dirname(summary));
  writeFileSync(summary, JSON.stringify(summaryFile({
    name: 'small', space: space.id, seed: 3, engine: 'ort', scoring: null, exported: [], warnings: [],
    data: { id: 'invented', classes: [], trainImages: 40, valImages: 20, imageSize: 32, skipped: [], linearAccuracy: 0.1 },
    result: {
      space: space.id, classes: 10, objective: accuracyObjective, evaluations: 2, invalid: 0, top: [],
      devices: [{ device: 'pixel4', front, hypervolume: 1, normalizedHypervolume: 0.5, referencePoint: { latencyMs: 100, value: 0 }, evaluated: 2, progress: [] }],
    },
  })));
  return front;
}
