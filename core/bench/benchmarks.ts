import { getSpace } from '../spaces/index.ts';
import { vitNetwork } from '../spaces/vit/network.ts';
import type { Benchmark } from './benchmark.ts';
import { dssScores } from './dssScores.ts';
import { frozenSteps, type FrozenStepOptions } from './frozenStep.ts';
import { networkSteps } from './networkStep.ts';
import { proxyScores } from './proxyScores.ts';
import { supernetSteps } from './supernetStep.ts';

const vitStep: Benchmark = {
  name: 'vit-step', unit: 'step',
  title: 'a step of a plain ViT: 4 blocks, 192 wide, 196 tokens, batch 16',
  prepare: (engine) => networkSteps(engine, vitNetwork({
    width: 192, depth: 4, numHeads: 3, classes: 100, classToken: false, positions: false, finalNorm: false, normEpsilon: 1e-5,
  }), 16),
};

const elasticVitStep = (network: string): Benchmark => ({
  name: `elasticvit-step-${network}`, unit: 'step',
  title: `a step of ElasticViT ${network} at its own resolution, batch 8`,
  prepare(engine) {
    const space = getSpace('elasticvit');
    return networkSteps(engine, space.lower(space.networks[network]), 8);
  },
});

const supernetStep: Benchmark = {
  name: 'supernet-step', unit: 'step',
  title: 'a step of the elasticvit-mini supernet: four subnets, batch 64',
  prepare: (engine) => supernetSteps(engine, getSpace('elasticvit-mini'), 64),
};

const dss: Benchmark = {
  name: 'dss', unit: 'architecture',
  title: 'the DSS-indicator of random AutoFormer-Tiny subnets; the peer computes it literally',
  prepare: (engine) => dssScores(engine, getSpace('autoformer-tiny')),
};

const asVitScores = (name: string, title: string, proxies: readonly string[]): Benchmark => ({
  name, unit: 'architecture', title: `${title} of As-ViT's seed topology, five networks at 224 px`,
  prepare(engine) {
    const space = getSpace('asvit');
    return proxyScores(engine, space.lower(space.networks.seed), proxies);
  },
});

/** As a transfer trains it: whole stages, or everything but the classifier with what is in front of it. */
const freezing = (name: string, title: string, options: Pick<FrozenStepOptions, 'freeze' | 'isKept'>): Benchmark => ({
  name, unit: 'step', title: `a step of elasticvit-mini's medium network with ${title}, batch 32; the peer is the same with nothing frozen`,
  prepare(engine) {
    const space = getSpace('elasticvit-mini');
    return frozenSteps(engine, space.lower(space.networks.medium), { ...options, batch: 32 });
  },
});

const freezingSteps = [
  freezing('freezing-stages', 'four of six stages frozen', { freeze: { stages: 4 }, isKept: false }),
  freezing('freezing-backbone', 'its backbone frozen', { freeze: 'backbone', isKept: false }),
  freezing('freezing-backbone-kept', 'its backbone frozen, whose answers are kept', { freeze: 'backbone', isKept: true }),
];

/** The first one takes all derivatives, and the others find them there. */
const asVitCurves = asVitScores('asvit-curves', 'length distortion, curvature and curvature-aware length', ['curvature', 'length', 'curvature-length']);
const asVitNtk = asVitScores('asvit-ntk', 'the condition number of the tangent kernel', ['ntk']);

/** By name; those of ElasticViT for each network that is measured. */
export const benchmarks: Readonly<Record<string, Benchmark>> = Object.fromEntries(
  [vitStep, ...['min', 'S2', 'L3'].map(elasticVitStep), supernetStep, ...freezingSteps, dss, asVitCurves, asVitNtk].map((benchmark) => [benchmark.name, benchmark]));
