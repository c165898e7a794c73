import { startEngine } from '../../engine/engines.ts';
import type { Engine } from '../../engine/engine.ts';
import type { StudySettings } from '../studyFile.ts';

/** Starts the engine that settings ask for, with what it may take of the machine. @throws those of `startEngine` */
export function engineOf({ engine, compute: { threads, memoryGiB } }: Pick<StudySettings, 'engine' | 'compute'>): Promise<Engine> {
  return startEngine(engine, { threads, memoryBytes: memoryGiB === undefined ? undefined : memoryGiB * 2 ** 30 });
}
