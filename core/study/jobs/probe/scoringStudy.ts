import { Random } from '../../../base/random.ts';
import { measureNormalisation } from '../../../data/normalisation.ts';
import { freshWeights } from '../../../model/freshWeights.ts';
import { plannedEvaluations } from '../../../search/settings.ts';
import { getSpace } from '../../../spaces/index.ts';
import { engineOf } from '../../run/engineOf.ts';
import { scoreJudge } from '../../scoring/scoreJudge.ts';
import { searchSettingsOf } from '../../studyFile.ts';
import type { TrainingFreeStudySettings } from '../../studyFile.ts';
import type { ProbeResult } from '../messages.ts';
import { teller, type ProbeOptions } from './options.ts';
import { loadPartOfData } from './partOfData.ts';
import { timeExport } from './timeExport.ts';

/** The first portions start threads and make weights, which a study does once. */
const warmUpArchitectures = 64;
const drawnAtOnce = 4096;

/** The probe of a study that scores: sampled architectures, on as many threads as the study takes, and one export. */
export async function probeScoringStudy(settings: TrainingFreeStudySettings, { baseDir, seconds, signal, onProgress }: ProbeOptions): Promise<ProbeResult> {
  const { seed, scoring } = settings;
  const tell = teller({ signal, onProgress });
  const space = getSpace(settings.space);
  tell(0, scoring.inputs === 'images' ? 'reading some of the images' : 'starting');
  const part = scoring.inputs === 'images' && settings.data ? await loadPartOfData(settings.data, { baseDir, seed, signal }) : undefined;
  const images = part && { data: part.data, normalisation: measureNormalisation(part.data.train, part.data.imageSize) };
  const classes = images?.data.classes.length ?? space.defaultClasses;
  const random = new Random(seed).fork('probe');
  const draw = () => Array.from({ length: drawnAtOnce }, () => {
    const arch = space.sample(random);
    return { key: space.key(arch), arch };
  });
  const judge = scoreJudge({ settings, space, classes, images });
  let secondsPerEvaluation: number;
  try {
    secondsPerEvaluation = await timeScores();
  } finally {
    await judge.close();
    part?.data.close();
  }
  tell(0.9, 'exporting an architecture');
  const models = settings.devices.length * settings.export.perDevice * settings.export.precision.length;
  const exportSeconds = models * (models === 0 ? 0 : await exportOne());
  const searchSeconds = plannedEvaluations(searchSettingsOf(settings, settings.devices.map((_, i) => String(i)))) * secondsPerEvaluation;
  const dataSeconds = part?.wholeSeconds ?? 0;
  onProgress({ done: 1, total: 1, unit: 'probe' });
  return {
    imagesPerSecond: null, secondsPerStep: null, secondsPerEvaluation, dataSeconds, trainingSeconds: 0, evaluationSeconds: 0, searchSeconds, exportSeconds,
    totalSeconds: dataSeconds + searchSeconds + exportSeconds, peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  };

  async function timeScores(): Promise<number> {
    const beganMs = performance.now();
    let scored = 0;
    let warm = { scored: 0, ms: beganMs };
    for (;;) {
      for await (const judged of judge.judge(draw())) {
        scored += judged.length;
        const nowMs = performance.now();
        if (warm.scored === 0 && scored >= warmUpArchitectures) warm = { scored, ms: nowMs };
        tell(0.1 + 0.75 * Math.min(1, (nowMs - beganMs) / (seconds * 1000)), 'scoring architectures');
        const measured = scored - warm.scored;
        if (nowMs - beganMs > seconds * 1000 && measured > 0) return (nowMs - warm.ms) / 1000 / measured;
      }
    }
  }

  async function exportOne(): Promise<number> {
    const engine = await engineOf(settings);
    const arch = space.sample(random);
    return timeExport({ weights: freshWeights(space.lower(arch, { classes }), seed, engine), engine, seed, architecture: arch, study: settings.name });
  }
}
