import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, PocketformerError } from '../../../base/errors.ts';
import type { Graph } from '../../../graph/graph.ts';
import { Arena } from '../../wasm/arena.ts';
import { instantiateKernels } from '../../wasm/library.ts';
import { SharedFloats } from '../../wasm/sharedFloats.ts';
import { GraphRunner } from '../graphRunner.ts';
import { Device } from '../plan/device.ts';
import { Collective, PeerFailure } from './collective.ts';
import { workForward } from './forwardJob.ts';
import { workGradientProducts } from './gradientProductJob.ts';
import { workKernels, type Job } from './job.ts';
import type { MemberData, MemberFailure, MemberMessage } from './messages.ts';
import { workTraining } from './trainingJob.ts';

/** A thread that works on a share of each batch, with memory and sessions of its own. */

const { rank, memory, memoryCeilingBytes, failures } = workerData as MemberData;
const collective = new Collective(memory, rank);
const graphs = new Map<number, Graph>();
let runner: GraphRunner | undefined;
let floats: SharedFloats | undefined;

parentPort!.on('message', (message: MemberMessage) => {
  if (message.kind === 'graph') {
    graphs.set(message.id, message.graph);
    return;
  }
  if (message.kind === 'memory') {
    floats = new SharedFloats(message.memory);
    return;
  }
  try {
    work(message.job);
  } catch (error) {
    if (!(error instanceof PeerFailure)) {
      failures.postMessage({
        code: error instanceof PocketformerError ? error.code : undefined, message: messageOf(error),
        stack: error instanceof Error ? error.stack : undefined,
      } satisfies MemberFailure);
    }
    collective.fail();
  }
  collective.park();
});

function work(job: Job): void {
  const tools = { graphOf: (id: number) => graphs.get(id)!, runner: runner ??= startRunner(), collective };
  if (job.kind === 'kernels') workKernels(job, collective, floats!.kernels);
  else if (job.kind === 'forward') workForward(job, tools);
  else if (job.kind === 'gradientProducts') workGradientProducts(job, tools, floats!);
  else {
    workTraining(job, tools, floats!.kernels, () => {
      throw new RangeError('Only the first member knows the loss.');
    });
  }
}

function startRunner(): GraphRunner {
  const arena = new Arena(memoryCeilingBytes);
  return new GraphRunner(new Device(arena, instantiateKernels(arena.memory), 1, collective));
}
