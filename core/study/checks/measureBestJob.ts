import { startEngine } from '../../engine/engines.ts';
import { readStudy } from '../folder.ts';
import { profilerChoice, pausing, sessionReports, type MeasureHooks, type OpenPage } from '../measuring/measure.ts';
import { startProfiler } from '../measuring/startProfiler.ts';
import { readSummary } from '../summary.ts';
import { bestModels } from './bestModels.ts';
import { chooseBest } from './chooseBest.ts';
import { measureBest } from './measureBest.ts';
import type { MeasureBestTask } from './measureBestTask.ts';
import { studyDeviceFile } from './studyDevice.ts';
import { wayOfDevice } from './wayOfDevice.ts';
import { writeMeasured } from './writeMeasured.ts';

const seed = 1;

/** @returns how many were measured. @throws as `bestModels`, `wayOfDevice` and `measureBest`; CancelledError on request */
export async function measureBestJob({ directory, device: name, count }: MeasureBestTask, hooks: MeasureHooks): Promise<{ readonly measured: number; readonly failed: number }> {
  const { signal, log, gate, onProgress, onPage } = hooks;
  const view = await readStudy(directory);
  const summary = await readSummary(view.paths.summary);
  const device = studyDeviceFile(view, name);
  const way = await wayOfDevice(device);
  const entries = chooseBest(summary, name, { count });
  await gate.pass(signal);
  const models = await bestModels(view, entries, device.model.target?.precision ?? 'float32', () => startEngine(view.settings.engine), {
    signal, onExport: ({ id }) => onProgress({ done: 0, total: entries.length, unit: 'models', note: `exporting ${id}` }),
  });
  const page: OpenPage = {};
  const { checks, failures } = await measureBest(view, device, {
    models, settings: way.settings, seed, signal, allowsOtherTarget: false, ...sessionReports(models, hooks),
    startProfiler: async (probe) => {
      const profiler = await startProfiler(profilerChoice(way, probe, page, hooks));
      if (page.address) onPage({ ...page.address, isOpened: true });
      return pausing(profiler, hooks);
    },
    onStart: (profiler) => log(`Measuring ${models.length} of the best on ${profiler.target.device}`, 'info'),
  });
  await writeMeasured(view, summary);
  return { measured: checks.length, failed: failures.length };
}
