/* Goes on with a training, and says when a step is done. */
import { openTraining } from '../../../core/study/networkTraining/trainingFolder.ts';
import { runTraining } from '../../../core/study/networkTraining/runTraining.ts';

const training = await openTraining(process.argv[2]);
await runTraining(training, { onProgress: ({ phase, done }) => console.log(`${phase} ${done}`) });
training.close();
