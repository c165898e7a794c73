import { parseTrainingFile } from '../../networkTraining/trainingFile.ts';
import { parseStudyFile } from '../../studyFile.ts';
import { parseTransferFile } from '../../transfer/transferFile.ts';
import type { JobTask, ProbeResult } from '../messages.ts';
import type { TaskHooks } from '../tasks.ts';
import { probeTraining, probeTransfer } from './networks.ts';
import { probeScoringStudy } from './scoringStudy.ts';
import { probeSupernetStudy } from './supernetStudy.ts';

/**
 * Does a little of everything that a study, training or transfer does, and scales it up. Takes `seconds` for what is longest in it and a few more
 * for the rest; leaves nothing on the disk.
 * @throws those of the file's parser and of what it describes; CancelledError
 */
export async function probe({ of, text, baseDir, seconds }: Extract<JobTask, { kind: 'probe' }>, { signal, onProgress }: Pick<TaskHooks, 'signal' | 'onProgress'>): Promise<ProbeResult> {
  const options = { baseDir, seconds, signal, onProgress };
  switch (of) {
    case 'study': {
      const settings = parseStudyFile(text, 'study.yaml');
      return settings.scoring === undefined ? probeSupernetStudy(settings, options) : probeScoringStudy(settings, options);
    }
    case 'training': return probeTraining(parseTrainingFile(text, 'training.yaml'), options);
    case 'transfer': return probeTransfer(parseTransferFile(text, 'transfer.yaml'), options);
  }
}
