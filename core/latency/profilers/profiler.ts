import type { BlockTimes, Condition, Measurement, MeasuredModel, Precision, Round, Target } from '../measurements/record.ts';
import type { Subject } from '../measurements/subject.ts';

/** A file to measure, with what goes in and, where it is known, what must come out. */
export interface ModelToMeasure extends Required<MeasuredModel> {
  readonly path: string;
  readonly precision: Precision;
  readonly of: Subject;
  /** Little-endian float32 values for the input; standard normal ones from a fixed seed where there is none. */
  readonly inputFile?: string;
  readonly output?: {
    readonly name: string;
    readonly values: readonly number[];
    /** Only every so many values are expected, from the first on; 1 where it is missing. */
    readonly every?: number;
    /** Largest accepted difference, relative to the largest expected value. */
    readonly relativeTolerance: number;
  };
}

/** How long something is run: as many times and as long, whatever takes longer. */
export interface RunLength {
  readonly runs: number;
  readonly seconds: number;
}

export interface RoundLength {
  readonly warmUp: RunLength;
  readonly timed: RunLength;
}

/** What a profiler brings back of one round. */
export interface RoundResult {
  readonly round: Round;
  /** Where the model's expected output is known and this way of measuring sees outputs. */
  readonly outputs?: NonNullable<Measurement['outputs']>;
}

/** One way of measuring, on one device in one setting. */
export interface Profiler {
  readonly way: Measurement['way'];
  /** Everything but the precision, which is the model's. */
  readonly target: Omit<Target, 'precision'>;
  /**
   * Loads the model anew, warms up and measures one round.
   * @throws EnvironmentError `wrong-output` when the model computes something else than expected, or no numbers
   */
  measure(model: ModelToMeasure, length: RoundLength): Promise<RoundResult>;
  /** Which share of the time each block takes, where this way of measuring can tell and the file's blocks are known. */
  blockTimes?(model: ModelToMeasure, runs: number): Promise<BlockTimes | undefined>;
  /** How warm and charged the device is now, as far as it tells. */
  condition(): Promise<Condition>;
  /** For the person at the device, where this way of measuring shows them something. */
  showProgress?(done: number, total: number): void;
  close(): Promise<void>;
}
