import type { Measurement } from '../../../core/latency/measurements/record.ts';

/** A measurement of T1 as a phone would give it; rounds' medians 20, 20.2 and 20.4 ms. */
export const example: Measurement = {
  format: 'pocketformer-measurement', version: 1,
  model: { name: 't1', sha256: 'ab'.repeat(32), sizeBytes: 1_000_000, input: { name: 'images', shape: [1, 3, 128, 128] } },
  of: { kind: 'network', space: 'elasticvit', arch: 'replaced', resolution: 128, classes: 1000 },
  target: {
    device: 'Pixel 4', systemOnChip: 'Snapdragon 855', operatingSystem: 'Android 13',
    runtime: { name: 'onnxruntime', version: '1.27.0', build: 'own' }, provider: 'cpu', threads: 1, affinity: [7], precision: 'float32',
  },
  way: 'adb', session: 'first', measuredAt: '2026-11-01T12:00:00Z', protocol: { version: 1 },
  timing: {
    kind: 'runs',
    rounds: [
      { warmUpRuns: 10, runsMs: [19.9, 20, 20.1], before: { temperatureC: 31.5, batteryPercent: 80, isCharging: false } },
      { warmUpRuns: 10, runsMs: [20.1, 20.2, 25] },
      { warmUpRuns: 10, runsMs: [20.4, 20.3, 20.5], drift: 1.01 },
    ],
  },
  latencyMs: 20.2, spread: 0.02, flags: [],
};
