import { loadDevice } from '../../../latency/devices.ts';
import { predictLatency } from '../../../latency/predict.ts';
import { elasticVit } from '../../../spaces/elasticvit/space.ts';
import { publishedPixel4Ms, publishedTop1, publishedTop1Within, sumsOfMeasuredBlocksMs } from './figures.ts';
import { mean, signedPercent } from '../numbers.ts';
import type { Reproduction, ReproductionRecipe } from '../reproduction.ts';

const phones = ['pixel4', 'pixel6', 'xiaomi11'];
const names = Object.keys(publishedTop1);
const source = "ElasticViT (Tang et al., ICCV 2023): poster, and sums of the authors' block measurements (nn-Meter)";

/** Published networks on every phone: predicted latency beside published and measured ones, and what fits a latency. */
export const elasticvitLatency: ReproductionRecipe = {
  id: 'elasticvit-latency',
  summary: 'ElasticViT: latency of the released networks on three phones, and the best of them within a latency',
  make: () => phones.flatMap((phone) => [latencies(phone), withinLatency(phone)]),
};

function predictions(phone: string) {
  const model = loadDevice(phone);
  return names.map((name) => ({ name, ...predictLatency(model, elasticVit.lower(elasticVit.networks[name])) }));
}

function latencies(phone: string): Reproduction {
  const predicted = predictions(phone);
  const sums = sumsOfMeasuredBlocksMs[phone];
  const errors = predicted.map(({ name, latencyMs }) => latencyMs / sums[name] - 1);
  const inside = predicted.filter(({ name, lowMs, highMs }) => lowMs <= sums[name] && sums[name] <= highMs).length;
  const published = phone === 'pixel4' ? publishedPixel4Ms : {};
  return {
    title: `Latency of the released networks on ${loadDevice(phone).device.title} (ms)`,
    source,
    columns: [
      { title: 'network', align: 'left' }, { title: 'predicted', align: 'right' }, { title: 'interval', align: 'right' },
      { title: 'sum of measured blocks', align: 'right' }, { title: 'error', align: 'right' },
      ...(phone === 'pixel4' ? [{ title: 'published', align: 'right' } as const] : []),
    ],
    rows: predicted.map(({ name, latencyMs, lowMs, highMs }, i) => [
      name, latencyMs.toFixed(2), `${lowMs.toFixed(2)} to ${highMs.toFixed(2)}`, sums[name].toFixed(2), signedPercent(errors[i]),
      ...(phone === 'pixel4' ? [published[name]?.toFixed(1) ?? ''] : []),
    ]),
    remarks: [
      `Mean absolute error ${(100 * mean(errors.map(Math.abs))).toFixed(2)} %, largest ${(100 * Math.max(...errors.map(Math.abs))).toFixed(2)} %; `
        + `${inside} of ${names.length} sums lie inside the interval.`,
      ...(phone === 'pixel4' ? [publishedRemark(predicted)] : ['The authors published latencies of whole networks for the Pixel 4 alone.']),
    ],
  };
}

function publishedRemark(predicted: readonly { name: string; latencyMs: number }[]): string {
  const differences = predicted.filter(({ name }) => name in publishedPixel4Ms)
    .map(({ name, latencyMs }) => `${name} ${signedPercent(latencyMs / publishedPixel4Ms[name] - 1)}`);
  return `Against the published latencies: ${differences.join(', ')}. The published ones agree with sums over grids rounded down (at 224 pixels the last `
    + 'grids are 7 and 3 cells wide instead of 7 and 4), as the released predictor computes them; the networks themselves round up.';
}

function withinLatency(phone: string): Reproduction {
  const predicted = predictions(phone);
  const best = (ms: number) => predicted.filter(({ latencyMs }) => latencyMs <= ms).at(-1);
  const rows = publishedTop1Within[phone].map(({ ms, elasticVit: top1, onceForAll }) => {
    const fitting = best(ms);
    return [
      String(ms), top1.toFixed(1), onceForAll?.toFixed(1) ?? '', fitting?.name ?? 'none', fitting?.latencyMs.toFixed(1) ?? '',
      fitting ? publishedTop1[fitting.name].toFixed(1) : '',
    ];
  });
  return {
    title: `Top-1 within a latency on ${loadDevice(phone).device.title}`,
    source: 'ElasticViT poster, figure 5',
    columns: [
      { title: 'at most (ms)', align: 'right' }, { title: 'published search (%)', align: 'right' }, { title: 'Once-For-All (%)', align: 'right' },
      { title: 'best released network', align: 'left' }, { title: 'predicted (ms)', align: 'right' }, { title: 'its top-1 (%)', align: 'right' },
    ],
    rows,
    remarks: ['The published search found an architecture of its own for each latency; the nine released networks were found under limits of MACs, so they leave part '
      + 'of most budgets unused. Accuracies are the published ones: the supernet that they come from was not released.'],
  };
}
