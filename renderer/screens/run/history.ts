import type { PayloadOf } from '../../../core/api/contract/contract.ts';
import { bucketNames } from './buckets.ts';
import { PhaseClock } from './phaseClock.ts';
import { SeriesTable } from './seriesTable.ts';

export type StudyEvent = PayloadOf<'study.events'>['events'][number];

const stepColumns = [
  'step', 'loss', 'accuracy', 'learningRate', 'gradientNorm', 'imagesPerSecond', 'memoryBytes', 'smallestLoss', 'smallestAccuracy',
  'bucket', 'smallestSubnet', 'bankMembers', 'bankCapacity', 'bankBestScore', 'exploitProbability', 'remembered',
  'teacherAnswersAsked', 'teacherAnswersCached',
] as const;
const healthColumns = [
  'step', 'smallestLoss', 'middleLoss', 'largestLoss', 'smallestAccuracy', 'middleAccuracy', 'largestAccuracy', 'images',
] as const;

/** What a study said of itself in words, also of what it did again later. */
export type NoteEvent = Extract<StudyEvent, {
  kind: 'study-started' | 'resumed' | 'phase-started' | 'phase-finished' | 'warning' | 'exported' | 'finished' | 'failed' | 'interrupted';
}>;
/** How well the gradients of subnets of several sizes agreed after a step. */
export type ConflictEvent = Extract<StudyEvent, { kind: 'conflict' }>;
type Failed = Extract<StudyEvent, { kind: 'failed' }>;

/**
 * A study's history as the charts need it: columns that grow event by event and lose what was done again after a
 * resume, as `effectiveEvents` does in the core. Evaluations are no part of it: they come as columns of their own.
 */
export class StudyHistory {
  readonly steps = new SeriesTable(stepColumns);
  readonly health = new SeriesTable(healthColumns);
  readonly phases = new PhaseClock();
  readonly notes: NoteEvent[] = [];
  /** Names of the buckets, smallest first; empty until a step has told how many there are, and with the sandwich rule. */
  buckets: readonly string[] = [];
  exported = 0;
  /** The failure that nothing came after. */
  failure: Failed | undefined;
  finished = false;
  lastSeq = 0;
  /** Measurements of gradient conflict, oldest first; a new list whenever there is another one. */
  conflicts: readonly ConflictEvent[] = [];
  #generations: Extract<StudyEvent, { kind: 'generation' }>[] = [];
  #exported: number[] = [];
  /** By bucket: the MACs it reaches from and to. */
  readonly #bucketMacs = new Map<number, readonly [number, number]>();
  /** Since the last `resumed`, no phase has begun. */
  #continues = false;

  add(event: StudyEvent): void {
    this.lastSeq = event.seq;
    if (event.kind === 'resumed') this.#dropAfter(event.afterSeq);
    if (event.kind === 'phase-started' && !this.#continues) this.#dropPhase(event.phase);
    if (event.kind === 'resumed') this.#continues = true;
    else if (event.kind === 'phase-started' || event.kind === 'failed' || event.kind === 'interrupted') this.#continues = false;
    this.phases.add(event);
    if (event.kind !== 'interrupted' && event.kind !== 'warning') this.failure = event.kind === 'failed' ? event : undefined;
    this.#addRow(event);
    if (isNote(event)) this.notes.push(event);
  }

  /** By device, the hypervolume after so many evaluations. */
  hypervolumes(): Map<string, { evaluations: number; hypervolume: number }[]> {
    const devices = new Map<string, { evaluations: number; hypervolume: number }[]>();
    for (const { evaluated, fronts } of this.#generations) {
      for (const { device, hypervolume } of fronts) {
        if (hypervolume === null) continue;
        const points = devices.get(device) ?? [];
        points.push({ evaluations: evaluated, hypervolume });
        devices.set(device, points);
      }
    }
    return devices;
  }

  #addRow(event: StudyEvent): void {
    switch (event.kind) {
      case 'step': return this.#addStep(event);
      case 'health': return this.#addHealth(event);
      case 'conflict':
        this.conflicts = [...this.conflicts, event];
        return;
      case 'generation':
        this.#generations.push(event);
        return;
      case 'exported':
        this.#exported.push(event.seq);
        this.exported = this.#exported.length;
        return;
      case 'finished':
        this.finished = true;
    }
  }

  #addStep(event: Extract<StudyEvent, { kind: 'step' }>): void {
    const { step, loss, accuracy, learningRate, gradientNorm, imagesPerSecond, memoryBytes, metrics = {} } = event;
    const {
      smallestLoss, smallestAccuracy, bucket, buckets, bucketFromMacs, bucketToMacs, smallestSubnet, bankMembers, bankCapacity, bankBestScore,
      exploitProbability, remembered, teacherAnswersAsked, teacherAnswersCached,
    } = metrics;
    // One by one: a spread of all metrics takes many times as long.
    this.steps.add(event.seq, {
      step, loss, accuracy, learningRate, gradientNorm, imagesPerSecond, memoryBytes, smallestLoss, smallestAccuracy, bucket, smallestSubnet,
      bankMembers, bankCapacity, bankBestScore, exploitProbability, remembered, teacherAnswersAsked, teacherAnswersCached,
    });
    if (buckets && this.buckets.length !== buckets) this.#nameBuckets(buckets);
    if (typeof bucket === 'number' && bucketFromMacs && bucketToMacs && !this.#bucketMacs.has(bucket)) {
      this.#bucketMacs.set(bucket, [bucketFromMacs, bucketToMacs]);
      this.#nameBuckets(this.buckets.length);
    }
  }

  #addHealth(event: Extract<StudyEvent, { kind: 'health' }>): void {
    const of = (name: string) => event.subnets.find((subnet) => subnet.name === name);
    this.health.add(event.seq, {
      step: event.step, images: of('smallest')?.images,
      smallestLoss: of('smallest')?.loss, middleLoss: of('middle')?.loss, largestLoss: of('largest')?.loss,
      smallestAccuracy: of('smallest')?.accuracy, middleAccuracy: of('middle')?.accuracy, largestAccuracy: of('largest')?.accuracy,
    });
  }

  #nameBuckets(count: number): void {
    this.buckets = bucketNames(count, this.#bucketMacs);
  }

  #dropAfter(seq: number): void {
    for (const table of [this.steps, this.health]) table.dropAfter(seq);
    this.conflicts = this.conflicts.filter((conflict) => conflict.seq <= seq);
    this.#generations = this.#generations.filter((generation) => generation.seq <= seq);
    this.#exported = this.#exported.filter((each) => each <= seq);
    this.exported = this.#exported.length;
  }

  /** A phase that begins without going on from a checkpoint does all of its work again. */
  #dropPhase(phase: string): void {
    if (phase === 'training') {
      for (const table of [this.steps, this.health]) table.dropAfter(0);
      this.conflicts = [];
    }
    if (phase === 'search') this.#generations = [];
    if (phase === 'export') {
      this.#exported = [];
      this.exported = 0;
    }
  }
}

const noteKinds: ReadonlySet<string> = new Set<NoteEvent['kind']>([
  'study-started', 'resumed', 'phase-started', 'phase-finished', 'warning', 'exported', 'finished', 'failed', 'interrupted',
]);
const isNote = (event: StudyEvent): event is NoteEvent => noteKinds.has(event.kind);
