import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { EnvironmentError } from '../../../base/errors.ts';
import { isShared, sharedCopy } from '../../../base/sharedMemory.ts';
import type { Graph } from '../../../graph/graph.ts';
import type { ChainInput, ChainLink, ForwardLink, GradientLink, Statistics } from '../../engine.ts';
import type { FlatParameters } from '../../flatParameters.ts';
import type { KernelCall } from '../../kernelCalls.ts';
import type { SharedFloats } from '../../wasm/sharedFloats.ts';
import { GraphRunner } from '../graphRunner.ts';
import type { Device } from '../plan/device.ts';
import { Collective, collectiveMemory, PeerFailure } from './collective.ts';
import { elementsOf } from '../deviceData.ts';
import { workForward } from './forwardJob.ts';
import { gradientRoom, workGradientProducts } from './gradientProductJob.ts';
import { workKernels, type Job, type MemberTools } from './job.ts';
import type { MemberData, MemberFailure, MemberMessage } from './messages.ts';
import { shareBatch } from './shares.ts';
import { workTraining } from './trainingJob.ts';

/** Float32 of a member's gradients that wait to be summed: those of all members fit a cache. */
const roomLength = 2 ** 18;

/** What `startMember.js` says when it cannot load the rest. */
const neverStarted = 'engine-thread';

type GradientRoom = ReturnType<typeof gradientRoom> & { readonly rowLength: number };

interface Member {
  readonly worker: Worker;
  readonly failures: MessagePort;
}

/**
 * Threads that share the images of each batch. Everything runs on every member at the same time, kernels included, where
 * threads inside of matrix products alone would leave the rest to one. The calling thread is the first member.
 */
export class Team {
  readonly #collective: Collective;
  readonly #members: readonly Member[];
  readonly #tools: MemberTools;
  readonly #graphs = new Map<Graph, number>();
  readonly #byNumber: Graph[] = [];
  #announced: SharedFloats | undefined;
  #obstacle: Error | undefined;
  readonly #rooms = new WeakMap<SharedFloats, readonly Float32Array[]>();
  #gradients: { readonly count: number; readonly room: GradientRoom } | undefined;

  /**
   * @param size members, the calling thread included
   * @param deviceFor makes the calling thread's device, for a single thread
   * @param memoryCeilingBytes that each other member's arena may grow to
   */
  constructor(size: number, deviceFor: (collective: Collective) => Device, memoryCeilingBytes: number) {
    const memory = collectiveMemory(size);
    this.#collective = new Collective(memory, 0);
    this.#tools = {
      collective: this.#collective, runner: new GraphRunner(deviceFor(this.#collective)), graphOf: (id) => this.#byNumber[id],
    };
    this.#members = Array.from({ length: size - 1 }, (_, i) => startMember({ rank: i + 1, memory, memoryCeilingBytes }));
  }

  get size(): number {
    return this.#members.length + 1;
  }

  /** As `Engine.backpropagate`. */
  backpropagate(
    links: readonly ChainLink[], input: ChainInput, flat: Required<FlatParameters>, gradientOf: (result: Float32Array) => Float32Array,
  ): void {
    const job = {
      kind: 'training', ...this.#sharedOut(links, input), values: flat.values, gradient: flat.gradient, rooms: this.#roomsIn(flat.memory),
    } as const;
    this.#perform(job, () => workTraining(job, this.#tools, flat.memory.kernels, gradientOf));
  }

  /** As `Engine.forward`. */
  forward(links: readonly ForwardLink[], input: ChainInput, onStatistics?: (link: number, statistics: Statistics) => void): Float32Array {
    const inSharedMemory = links.map((link) => ({
      ...link, parameters: link.parameters.map((parameter) => ({ ...parameter, values: shared(parameter.values) })),
    }));
    const job = { kind: 'forward', ...this.#sharedOut(inSharedMemory, input) } as const;
    return this.#perform(job, () => workForward(job, this.#tools, onStatistics));
  }

  /** As `Engine.gradientProducts`. */
  gradientProducts(links: readonly GradientLink[], input: ChainInput): Float64Array {
    const numbered = links.map((link) => {
      const wanted = new Set(link.wanted);
      return {
        ...link, gradient: this.#numberOf(link.gradient),
        length: link.parameters.reduce((sum, { name, shape }) => sum + (wanted.has(name) ? elementsOf(shape) : 0), 0),
        parameters: link.parameters.map((parameter) => ({ ...parameter, values: shared(parameter.values) })),
      };
    });
    const { floats, ...room } = this.#gradientRoom(input.shape[0], Math.max(...numbered.map(({ length }) => length)));
    this.#announce(floats);
    const job = { kind: 'gradientProducts', ...this.#sharedOut(numbered, input), ...room } as const;
    return this.#perform(job, () => workGradientProducts(job, this.#tools, floats));
  }

  /** As `Engine.runKernels`. */
  runKernels(memory: SharedFloats, calls: readonly KernelCall[]): void {
    this.#announce(memory);
    const job = { kind: 'kernels', calls, shares: Array<number>(Math.min(this.size, calls.length)).fill(1) } as const;
    this.#collective.begin(job.shares);
    this.#perform(job, () => workKernels(job, this.#collective, memory.kernels));
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#members.map(({ worker }) => worker.terminate()));
  }

  /** Lets all members work on a job. @param ownPart the calling thread's */
  #perform<T>(job: Job, ownPart: () => T): T {
    // A thread that never started answers only once.
    if (this.#obstacle) throw this.#obstacle;
    const others = this.#members.slice(0, job.shares.length - 1);
    for (const { worker } of others) worker.postMessage({ kind: 'job', job } satisfies MemberMessage);
    let result: T | undefined;
    let failure: unknown;
    try {
      result = ownPart();
    } catch (error) {
      failure = error;
      this.#collective.fail();
    }
    this.#collective.close();
    const theirs = others.map(({ failures }) => receiveMessageOnPort(failures)?.message as MemberFailure | undefined).find(Boolean);
    if (theirs?.code === neverStarted) throw this.#obstacle = asError(theirs);
    if (failure !== undefined && !(failure instanceof PeerFailure)) throw failure;
    if (theirs) throw asError(theirs);
    return result!;
  }

  #sharedOut<Link extends { readonly graph: Graph }>(links: readonly Link[], input: ChainInput) {
    const shares = shareBatch(input.shape[0], this.size);
    return {
      shares, input: { shape: input.shape, data: shared(input.data) },
      links: links.map((link) => ({ ...link, graph: this.#numberOf(link.graph) })),
    };
  }

  /** The number under which all members know a graph. */
  #numberOf(graph: Graph): number {
    let id = this.#graphs.get(graph);
    if (id === undefined) {
      this.#graphs.set(graph, id = this.#byNumber.push(graph) - 1);
      for (const { worker } of this.#members) worker.postMessage({ kind: 'graph', id, graph } satisfies MemberMessage);
    }
    return id;
  }

  /** For each member, room for gradients. */
  #roomsIn(memory: SharedFloats): readonly Float32Array[] {
    this.#announce(memory);
    let rooms = this.#rooms.get(memory);
    if (!rooms) this.#rooms.set(memory, rooms = Array.from({ length: this.size }, () => memory.allocate(roomLength)));
    return rooms;
  }

  /** Room for one link's gradients; kept as long as it is large enough. */
  #gradientRoom(count: number, rowLength: number): GradientRoom {
    const known = this.#gradients;
    if (known?.count === count && known.room.rowLength >= rowLength) return known.room;
    const room = { ...gradientRoom(count, rowLength, this.size), rowLength };
    this.#gradients = { count, room };
    return room;
  }

  /** Tells all members where the arrays of the jobs that follow lie. */
  #announce(memory: SharedFloats): void {
    if (this.#announced === memory) return;
    this.#announced = memory;
    for (const { worker } of this.#members) worker.postMessage({ kind: 'memory', memory: memory.memory } satisfies MemberMessage);
  }
}

function startMember(data: Omit<MemberData, 'failures'>): Member {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL('./startMember.js', import.meta.url), {
    workerData: { ...data, failures: port2 } satisfies MemberData, transferList: [port2], execArgv: [],
  });
  worker.unref();
  port1.unref();
  return { worker, failures: port1 };
}

function shared(values: Float32Array): Float32Array {
  return isShared(values) ? values : sharedCopy(values);
}

function asError({ code, message, stack }: MemberFailure): Error {
  const error = code === undefined ? new Error(message) : new EnvironmentError(code, message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
