import { InputError } from '../../base/errors.ts';
import { fromSummary, type Imported } from './imported.ts';

/*
 * What TensorFlow Lite's benchmark_model prints, in microseconds: a line `count=50 first=... avg=... std=...` for the
 * warm-up and one for the measured runs, newer builds with `median=`, then `Inference timings in us: ...`.
 */

export const isTfliteOutput = (text: string) => /Inference timings in us:/.test(text) || /count=\d+ .*\bavg=/.test(text);

/** @throws InputError `invalid-tflite-benchmark`, `implausible-latency` */
export function readTfliteOutput(text: string, source: string): Imported {
  const total = /Inference timings in us: .*Inference \(avg\): (\S+)/.exec(text);
  const lines = [...text.matchAll(/count=(\d+)\s[^\n]*\bavg=[^\n]*/g)];
  const last = lines.at(-1)?.[0];
  if (total === null || last === undefined) {
    throw new InputError('invalid-tflite-benchmark', `${source}: has ${total === null ? 'no line "Inference timings in us"' : 'no line with count= and avg='}; was the output cut off?`);
  }
  const field = (name: string) => {
    const match = new RegExp(`\\b${name}=(\\S+)`).exec(last);
    const value = match === null ? NaN : Number(match[1]);
    return Number.isFinite(value) ? value / 1000 : undefined;
  };
  const [averageMs, medianMs] = [Number(total[1]) / 1000, field('median')];
  const of = { runs: 1000 * field('count')!, leastMs: field('min'), mostMs: field('max'), deviationMs: field('std') };
  const known = Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined));
  const graph = /Graph: \[([^\]]+)\]/.exec(text)?.[1] ?? /Loaded model (\S+)/.exec(text)?.[1];
  return fromSummary(source, medianMs ?? averageMs, { statistic: medianMs === undefined ? 'mean' : 'median', ...known }, {
    ...(graph === undefined ? {} : { name: graph.split(/[/\\]/).at(-1)!.replace(/\.tflite$/, '') }), told: toldBy(text),
  });
}

function toldBy(text: string): Imported['told'] {
  const threads = /#threads used for CPU inference: \[(\d+)\]/.exec(text) ?? /Num threads: \[(\d+)\]/.exec(text);
  const delegate = /(XNNPACK|GPU|NNAPI|Hexagon) delegate created/i.exec(text)?.[1].toLowerCase();
  return {
    ...(threads === null || Number(threads[1]) < 1 ? {} : { threads: Number(threads[1]) }), ...(delegate === undefined ? {} : { provider: delegate }),
  };
}
