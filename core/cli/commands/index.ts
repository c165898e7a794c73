import type { Command } from '../command.ts';

/** Each command is loaded when it is called, and each loads what computes only when it computes. */
const loaders: Readonly<Record<string, () => Promise<Command>>> = {
  spaces: async () => (await import('./spaces.ts')).spaces,
  describe: async () => (await import('./describe.ts')).describe,
  sample: async () => (await import('./sample.ts')).sample,
  score: async () => (await import('./score.ts')).score,
  predict: async () => (await import('./predict.ts')).predict,
  match: async () => (await import('./match.ts')).match,
  export: async () => (await import('./export.ts')).exportCommand,
  card: async () => (await import('./card.ts')).card,
  handoff: async () => (await import('./handoff.ts')).handoff,
  'import-weights': async () => (await import('./importWeights.ts')).importWeights,
  'calibration-set': async () => (await import('./calibrationSet.ts')).calibrationSet,
  calibrate: async () => (await import('./calibrate.ts')).calibrate,
  profile: async () => (await import('./profile.ts')).profile,
  'import-measurements': async () => (await import('./importMeasurements.ts')).importMeasurements,
  run: async () => (await import('./run.ts')).run,
  train: async () => (await import('./train.ts')).train,
  story: async () => (await import('./story.ts')).story,
  transfer: async () => (await import('./transfer.ts')).transfer,
  resume: async () => (await import('./resume.ts')).resume,
  report: async () => (await import('./report.ts')).report,
  pack: async () => (await import('./pack.ts')).pack,
  unpack: async () => (await import('./unpack.ts')).unpack,
  relink: async () => (await import('./relink.ts')).relink,
  measure: async () => (await import('./measure.ts')).measure,
  devices: async () => (await import('./devices.ts')).devices,
  serve: async () => (await import('./serve.ts')).serve,
  worker: async () => (await import('./worker.ts')).worker,
  slurm: async () => (await import('./slurm.ts')).slurm,
  'topology-search': async () => (await import('./topologySearch.ts')).topologySearch,
  'auto-scale': async () => (await import('./autoScale.ts')).autoScale,
  ablation: async () => (await import('./ablation.ts')).ablation,
  conflict: async () => (await import('./conflict.ts')).conflict,
  correlate: async () => (await import('./correlate.ts')).correlate,
  'rank-correlation': async () => (await import('./rankCorrelation.ts')).rankCorrelation,
  'compare-search': async () => (await import('./compareSearch.ts')).compareSearch,
  bench: async () => (await import('./bench.ts')).bench,
  reproduce: async () => (await import('./reproduce.ts')).reproduce,
  engines: async () => (await import('./engines.ts')).engines,
};

export const commandNames: readonly string[] = Object.keys(loaders);

export const loadCommand = (name: string): Promise<Command> => loaders[name]();

export const loadCommands = (): Promise<Command[]> => Promise.all(commandNames.map(loadCommand));
