import { spreadOf, type Spread } from '../../base/spread.ts';
import { precisions, type Precision } from '../../graph/onnx/precision.ts';
import type { StoryPhone } from './pieceFiles.ts';
import { inheritedNetwork } from './pieces.ts';
import type { StoryRun } from './storyRuns.ts';

/** One network in one precision, over its seeds. */
export interface PrecisionSummary {
  readonly precision: Precision;
  readonly accuracy: Spread;
  /** From the same network in float32, seed by seed; null for that one itself. */
  readonly accuracyChange: Spread | null;
  /** On this computer; null before it is measured. */
  readonly latencyMs: Spread | null;
  readonly sizeBytes: Spread;
}

/** One network of a phone, over its seeds: every seed has searched, or matched, its own. */
export interface NetworkSummary {
  readonly network: string;
  readonly seeds: readonly number[];
  readonly macs: Spread;
  readonly params: Spread;
  /** On the phone, in float32. */
  readonly predictedMs: Spread;
  readonly epochs: Spread;
  readonly trainingSeconds: Spread;
  readonly searchSeconds: Spread;
  /** Multiply-accumulates of its own training, and of its share of supernet and search; null where histories do not tell. */
  readonly trainingMacs: Spread;
  readonly searchMacs: Spread | null;
  readonly precisions: readonly PrecisionSummary[];
}

/** How much more accurate a searched network is than one that was not searched, seed by seed. */
export interface StoryDifference {
  readonly searched: string;
  readonly handDesigned: string;
  readonly precision: Precision;
  /** Searched less hand-designed, as a share of the images. */
  readonly accuracy: Spread;
  /** Searched over hand-designed, on this computer; null before both are measured. */
  readonly latencyRatio: Spread | null;
}

export interface PhoneSummary {
  readonly phone: string;
  readonly budgetMs: number;
  /** With inherited weights first, then retrained, then hand-designed. */
  readonly networks: readonly NetworkSummary[];
  readonly differences: readonly StoryDifference[];
}

/** What a story tells so far; `results/story.json`. */
export interface StorySummary {
  readonly format: 'pocketformer-story-summary';
  readonly version: 1;
  readonly name: string;
  readonly space: string;
  readonly pieces: { readonly done: number; readonly total: number };
  /** What files were measured on; null before they are. */
  readonly target: string | null;
  readonly phones: readonly PhoneSummary[];
  readonly runs: readonly StoryRun[];
}

/** @param handDesigned names of the networks that were not searched */
export function summarisePhone({ name, budgetMs }: StoryPhone, all: readonly StoryRun[], handDesigned: readonly string[]): PhoneSummary {
  const runs = all.filter(({ phone }) => phone === name);
  const networks = [...new Set(runs.map(({ network }) => network))];
  const of = (network: string) => runs.filter((run) => run.network === network);
  const retrained = networks.filter((network) => network !== inheritedNetwork && !handDesigned.includes(network));
  return {
    phone: name, budgetMs, networks: networks.map((network) => summariseNetwork(network, of(network))),
    differences: retrained.flatMap((searched) => networks.filter((network) => handDesigned.includes(network))
      .flatMap((designed) => differences(searched, designed, of(searched), of(designed)))),
  };
}

function summariseNetwork(network: string, runs: readonly StoryRun[]): NetworkSummary {
  const spread = (value: (run: StoryRun) => number) => spreadOf(runs.map(value));
  return {
    network, seeds: runs.map(({ seed }) => seed), macs: spread(({ macs }) => macs), params: spread(({ params }) => params), predictedMs: spread(({ predictedMs }) => predictedMs),
    epochs: spread(({ epochs }) => epochs), trainingSeconds: spread(({ trainingSeconds }) => trainingSeconds), searchSeconds: spread(({ searchSeconds }) => searchSeconds),
    trainingMacs: spread(({ trainingMacs }) => trainingMacs), searchMacs: spreadOrNull(runs.flatMap(({ searchMacs }) => searchMacs ?? [])),
    precisions: precisions.flatMap((precision) => summarisePrecision(precision, runs)),
  };
}

function summarisePrecision(precision: Precision, runs: readonly StoryRun[]): PrecisionSummary[] {
  const files = runs.flatMap((run) => fileIn(run, precision) ?? []);
  if (files.length === 0) return [];
  const changes = runs.flatMap((run) => change(fileIn(run, precision)?.accuracy, fileIn(run, 'float32')?.accuracy) ?? []);
  return [{
    precision, accuracy: spreadOf(files.map(({ accuracy }) => accuracy)), accuracyChange: precision === 'float32' ? null : spreadOrNull(changes),
    latencyMs: spreadOrNull(files.flatMap(({ latencyMs }) => latencyMs ?? [])), sizeBytes: spreadOf(files.map(({ sizeBytes }) => sizeBytes)),
  }];
}

function differences(searched: string, handDesigned: string, mine: readonly StoryRun[], theirs: readonly StoryRun[]): StoryDifference[] {
  return precisions.flatMap((precision) => {
    const pairs = mine.flatMap((run) => {
      const [own, other] = [fileIn(run, precision), theirs.filter(({ seed }) => seed === run.seed).map((each) => fileIn(each, precision)).at(0)];
      return own && other ? [{ own, other }] : [];
    });
    if (pairs.length === 0) return [];
    return [{
      searched, handDesigned, precision, accuracy: spreadOf(pairs.map(({ own, other }) => own.accuracy - other.accuracy)),
      latencyRatio: spreadOrNull(pairs.flatMap(({ own, other }) => own.latencyMs === null || other.latencyMs === null ? [] : own.latencyMs / other.latencyMs)),
    }];
  });
}

const fileIn = ({ files }: StoryRun, wanted: Precision) => files.find(({ precision }) => precision === wanted);
const change = (after: number | undefined, before: number | undefined) => (after === undefined || before === undefined ? undefined : after - before);
const spreadOrNull = (values: readonly number[]) => (values.length === 0 ? null : spreadOf(values));
