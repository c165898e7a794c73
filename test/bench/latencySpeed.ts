/**
 * How fast device models are: fits one to 40 networks and 200 blocks of a made-up phone that starts from two known ones (form
 * 2 with all its parts), and predicts random ElasticViT networks as a search does. Prints user time of this process, on one thread.
 *
 *   node --import tsx test/bench/latencySpeed.ts [--count 100000]
 */
import { Random } from '../../core/base/random.ts';
import { calibrateDevice } from '../../core/latency/calibration/calibrateDevice.ts';
import { loadDevice } from '../../core/latency/devices.ts';
import { LatencyTable } from '../../core/latency/latencyTable.ts';
import type { Measurement } from '../../core/latency/measurements/record.ts';
import { predictLatency } from '../../core/latency/predict.ts';
import { elasticVit } from '../../core/spaces/elasticvit/space.ts';
import { exactMs, exactSumMs } from '../latency/calibration/madeUpPhone.ts';

const at = process.argv.indexOf('--count');
const count = at < 0 ? 100_000 : Number(process.argv[at + 1]);
const random = new Random('latency speed');
const classes = elasticVit.defaultClasses;

function seconds<T>(what: string, work: () => T, items?: number): T {
  const begin = process.cpuUsage();
  const result = work();
  const { user } = process.cpuUsage(begin);
  console.log(`${what}: ${(user / 1e6).toFixed(2)} s${items === undefined ? '' : `, ${Math.round(items / (user / 1e6)).toLocaleString('en')} a second`}`);
  return result;
}

const record = (of: Measurement['of'], latencyMs: number): Measurement => ({
  format: 'pocketformer-measurement', version: 1, model: { name: 'model' }, of, way: 'import', protocol: { version: 0 },
  target: { device: 'Made-up phone', runtime: { name: 'onnxruntime' }, provider: 'cpu', threads: 1, precision: 'float32' },
  timing: { kind: 'summary', statistic: 'median' }, latencyMs, spread: null, flags: ['summary-only'],
});
const networks = Array.from({ length: 40 }, () => elasticVit.sample(random));
const subject = (arch: typeof networks[0]) => ({ space: elasticVit.id, arch: arch as never, resolution: elasticVit.lower(arch).resolution, classes });
const measurements = [
  ...networks.map((arch) => record({ kind: 'network', ...subject(arch) }, exactSumMs(elasticVit.lower(arch).blocks))),
  ...networks.flatMap((arch) => elasticVit.lower(arch).blocks.slice(0, 5).map((block) => record({ kind: 'blocks', ...subject(arch), blocks: [block.name] }, exactMs(block)))),
];
const reference = Array.from({ length: 200 }, () => elasticVit.lower(elasticVit.sample(random)));
const model = seconds(`fitting ${networks.length} networks and ${measurements.length - networks.length} blocks, every network held out once`, () => calibrateDevice(
  measurements.map((measurement, i) => ({ measurement, place: String(i) })),
  { name: 'made-up', command: '', seed: '1', reference, known: [loadDevice('pixel4'), loadDevice('xiaomi11')], random: random.fork('fit') }));

const archs = Array.from({ length: count }, () => elasticVit.sample(random));
const table = seconds('the table that a search looks latencies up in', () => new LatencyTable(elasticVit, [model], classes));
seconds(`${count} architectures by the table`, () => { for (const arch of archs) table.predict(arch); }, count);
const lowered = seconds('lowering a tenth of them to blocks', () => archs.slice(0, count / 10).map((arch) => elasticVit.lower(arch)), count / 10);
seconds('block by block, shapes met for the first time', () => { for (const network of lowered) predictLatency(model, network); }, count / 10);
seconds('block by block, shapes known', () => { for (const network of lowered) predictLatency(model, network); }, count / 10);
