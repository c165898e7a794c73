import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import type { Engine } from '../../../core/engine/engine.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import type { Network } from '../../../core/network/network.ts';
import { torchTensors } from '../../../core/export/pytorch/tensors.ts';
import { Weights } from '../../../core/model/weights.ts';
import { StochasticDepth } from '../../../core/training/stochasticDepth.ts';
import { decayRanges } from '../../../core/training/weightDecay.ts';
import { getSpace } from '../../../core/spaces/index.ts';
import { importHandoff, readReturned } from '../../../core/study/handoff/importHandoff.ts';
import { handoffFiles, writeHandoff } from '../../../core/study/handoff/writeHandoff.ts';
import { graphPrints } from '../../export/pytorch/graphPrints.ts';
import { publishedNetworks, smallestNetworks, unusualNetworks, type HandedNetwork } from '../../export/pytorch/handedNetworks.ts';
import { calibratedWeights } from '../../export/networks.ts';
import { findPython } from './python.ts';

const python = findPython();
const skipped = python.path === undefined ? ` (skipped: ${python.reason})` : '';

/** Logits of each folder's network in PyTorch against those beside its weights, as check.py compares them; and fresh weights' spread. */
const checkAll = `
import importlib, json, sys
import torch
torch.manual_seed(1)
answers = []
for folder in sys.argv[1:]:
    sys.path.insert(0, folder)
    for name in ("model", "weights", "check"):
        sys.modules.pop(name, None)
    check = importlib.import_module("check")
    model = sys.modules["model"]
    network = model.Network(drop_path=0.3)
    answers.append({
        "difference": check.difference(folder + "/weights.safetensors")[1],
        "starts": {name: [value.mean().item(), value.std(correction=0).item()] for name, value in network.named_parameters()},
        "decayed": sum(parameter.numel() for parameter in model.parameter_groups(network, 0.1)[0]["params"]),
        "dropProbabilities": [module.rate for module in network.modules() if isinstance(module, model.DropPath)],
    })
    sys.path.pop(0)
print(json.dumps(answers))
`;

const answersSchema = z.array(z.object({
  difference: z.number(), starts: z.record(z.string(), z.tuple([z.number(), z.number()])), decayed: z.number(), dropProbabilities: z.array(z.number()),
}));

/** Two draws from one distribution: constants are equal, spreads within five standard errors of their own. */
function expectAlike(own: Float32Array, [mean, deviation]: readonly [number, number], where: string): void {
  const ownMean = own.reduce((sum, value) => sum + value, 0) / own.length;
  const ownDeviation = Math.sqrt(own.reduce((sum, value) => sum + (value - ownMean) ** 2, 0) / own.length);
  const allowed = 5 * ownDeviation / Math.sqrt(own.length);
  expect(Math.abs(mean - ownMean), `${where}: mean`).toBeLessThanOrEqual(2 * allowed + 1e-6);
  expect(Math.abs(deviation - ownDeviation), `${where}: deviation`).toBeLessThanOrEqual(2 * allowed + 1e-6);
}

let engine: Engine;
const folder = mkdtempSync(join(tmpdir(), 'handoff-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** @param architecture without one, as for networks that no space holds, the program alone */
async function hand(name: string, network: Network, architecture?: unknown): Promise<string> {
  const out = join(folder, name.replaceAll(/\W+/g, '-'));
  const options = { weights: calibratedWeights(engine, network, 'handoff', 2), engine, name, architecture, origin: 'untrained', seed: 3 } as const;
  if (architecture !== undefined) {
    await writeHandoff({ ...options, out });
    return out;
  }
  mkdirSync(out);
  for (const [file, content] of Object.entries(handoffFiles(options).files)) writeFileSync(join(out, file), typeof content === 'string' ? content : Buffer.concat(content));
  return out;
}

function run(args: readonly string[], cwd = folder): string {
  const { status, stdout, stderr } = spawnSync(python.path!, [...args], { cwd, encoding: 'utf8', env: { ...process.env, OMP_NUM_THREADS: '1' } });
  if (status !== 0) throw new Error(`python ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

describe.skipIf(python.path === undefined)(`in PyTorch${skipped}`, () => {
  beforeAll(async () => {
    engine = await startEngine('ort');
  });

  const everyNetwork: readonly HandedNetwork[] = [...smallestNetworks(), ...publishedNetworks(), ...unusualNetworks()];
  it('the smallest networks of every space, published and unusual ones compute what they do here', async () => {
    const folders = [];
    for (const { name, network } of everyNetwork) folders.push(await hand(name, network));
    const answers = answersSchema.parse(JSON.parse(run(['-c', checkAll, ...folders])));
    everyNetwork.forEach(({ name, network }, i) => {
      const { difference, starts, decayed, dropProbabilities } = answers[i];
      expect(difference, name).toBeLessThan(1e-4);
      const fresh = Weights.initialise(network, new Random('starts'));
      for (const tensor of torchTensors(network).filter(({ torchKey }) => !torchKey.includes('running_'))) expectAlike(fresh.view(tensor.key), starts[tensor.torchKey], `${name} ${tensor.key}`);
      expect(decayed).toBe(decayRanges(fresh).reduce((sum, { length, decay }) => sum + (decay ? length : 0), 0));
      const branches = new StochasticDepth(network, 0.3).branches;
      expect(dropProbabilities.length).toBe(branches.length);
      branches.forEach(({ dropProbability }, branch) => expect(dropProbabilities[branch]).toBeCloseTo(dropProbability, 6));
    });
    if (process.env.PROVE_PYTORCH === '1') {
      const prints = graphPrints(everyNetwork.map(({ network }) => network));
      writeFileSync(new URL('../../export/pytorch/provenGraphs.json', import.meta.url), `${JSON.stringify(prints, null, 2)}\n`);
    }
  }, 300_000);

  const space = getSpace('elasticvit-mini');
  const architecture = space.networks.small;
  const network = space.lower(architecture, { classes: 3 });

  it('a training without images runs, goes on, and its weights come back to the logits that PyTorch had', async () => {
    const out = await hand('training', network, architecture);
    const trained = join(out, 'run');
    const options = ['train.py', '--synthetic', '24', '--out', trained, '--batch-size', '8', '--epochs', '2', '--workers', '0', '--learning-rate', '1e-3'];
    run([...options, '--max-steps', '2'], out);
    const lines = run([...options, '--resume', '--weights', 'weights.safetensors'], out).trim().split('\n').map((line) => JSON.parse(line) as { step: number; loss: number });
    expect(lines.at(-1)!.step).toBe(6);
    expect(Number.isFinite(lines.at(-1)!.loss)).toBe(true);
    run(['check.py', join(trained, 'last', 'weights.safetensors')], out);

    const report = await importHandoff(await readReturned(join(trained, 'last')), { engine, out: join(folder, 'trained.onnx'), batch: 'dynamic' });
    expect(report.reference!.from).toMatch(/^PyTorch 2/);
    expect(report.reference!.relativeDiff).toBeLessThan(1e-4);
    expect(report.relativeDiff).toBeLessThan(1e-4);
  }, 120_000);

  it.skipIf(!python.hasPillow)(`a training on images runs${python.hasPillow ? '' : ' (skipped: Python has no Pillow)'}`, async () => {
    const random = new Random('handoff images');
    for (const [split, label] of ['train', 'val'].flatMap((part) => ['cat', 'dog', 'owl'].map((name) => [part, name]))) {
      const target = join(folder, 'images', split, label);
      mkdirSync(target, { recursive: true });
      for (let i = 0; i < 4; i++) {
        const pixels = Uint8Array.from({ length: 3 * 40 * 36 }, () => random.integer(256));
        writeFileSync(join(target, `${i}.png`), await sharp(pixels, { raw: { width: 40, height: 36, channels: 3 } }).png().toBuffer());
      }
    }
    const out = await hand('images program', network, architecture);
    run(['train.py', '--data', join(folder, 'images'), '--out', 'run', '--batch-size', '6', '--epochs', '1', '--workers', '0', '--weights', 'weights.safetensors'], out);
    expect((await readReturned(join(out, 'run', 'best'))).facts.classNames).toEqual(['cat', 'dog', 'owl']);
    expect(run(['predict.py', join('run', 'best', 'weights.safetensors'), join(folder, 'images', 'val', 'cat', '0.png')], out)).toMatch(/cat|dog|owl/);
  }, 120_000);
});
