/** A measured latency as reports and pictures show it beside what was predicted. */
export interface MeasuredLatency {
  readonly ms: number;
  /** Its rounds disagree, so that it tells little. */
  readonly isDoubtful: boolean;
}

/** By device and the space's key. */
export type MeasuredByKey = ReadonlyMap<string, ReadonlyMap<string, MeasuredLatency>>;
