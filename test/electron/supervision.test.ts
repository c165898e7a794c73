import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WorkerExit } from '../../core/study/jobs/workerHost.ts';
import type { Child } from '../../electron/child.ts';
import { ElectronWorkerHost } from '../../electron/electronWorkerHost.ts';
import { EngineSupervisor } from '../../electron/engineSupervisor.ts';
import type { EngineState } from '../../electron/engineSupervisor.ts';
import type { FromEngine, JobsSummary } from '../../electron/messages.ts';
import { WorkerBroker } from '../../electron/workerBroker.ts';
import { nodeChild } from './processes/child.ts';

const children: Child[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill();
});

/** The engine's half and the main process's half of the worker host, joined without the processes around them. */
function joined(): { host: ElectronWorkerHost; broker: WorkerBroker } {
  const broker: WorkerBroker = new WorkerBroker(nodeChild('./worker.js', {}, children), (message) => {
    if (message.kind.startsWith('worker-')) host.hear(message as Parameters<typeof host.hear>[0]);
  });
  const host = new ElectronWorkerHost((message) => broker.handle(message as Parameters<typeof broker.handle>[0]));
  return { host, broker };
}

describe('processes that compute, asked for through the main process', () => {
  it('carry messages with typed arrays both ways, output by lines, and a title of their own', async () => {
    const { host } = joined();
    const worker = host.start({ title: 'Study a' });
    const messages: unknown[] = [];
    const lines: string[] = [];
    worker.onMessage((message) => messages.push(message));
    worker.onOutput((line, stream) => lines.push(`${stream}: ${line}`));
    const exit = new Promise<WorkerExit>((resolve) => worker.onExit(resolve));
    worker.post({ numbers: Float32Array.of(2, 3) });
    await vi.waitFor(() => expect(messages).toEqual([{ sum: 5, title: 'Study a (1)' }]), 10_000);
    expect(worker.pid).toBeGreaterThan(0);
    worker.post('end');
    expect(await exit).toEqual({ code: 0, signal: null });
    expect(lines).toEqual(['stdout: adding']);
  });

  it('tell a crash and a kill from a good end', async () => {
    const { host, broker } = joined();
    const crashing = host.start({ title: 'one' });
    const crash = new Promise<WorkerExit>((resolve) => crashing.onExit(resolve));
    crashing.post('crash');
    expect(await crash).toEqual({ code: null, signal: 'SIGSEGV' });
    const killed = host.start({ title: 'two' });
    const end = new Promise<WorkerExit>((resolve) => killed.onExit(resolve));
    killed.kill();
    expect(await end).toEqual({ code: null, signal: 'SIGKILL' });
    expect(broker.running).toBe(0);
  });

  it("give the system's own word for why a process went", async () => {
    const { host, broker } = joined();
    const worker = host.start({ title: 'greedy' });
    const end = new Promise<WorkerExit>((resolve) => worker.onExit(resolve));
    broker.noteGone('greedy (1)', 'oom');
    worker.kill();
    expect(await end).toEqual({ code: null, signal: 'oom' });
  });

  it('end at once when they cannot be started', () => {
    const told: unknown[] = [];
    const broker = new WorkerBroker(() => {
      throw new Error('no such program');
    }, (message) => told.push(message));
    broker.handle({ kind: 'start-worker', worker: 4, title: 'x' });
    expect(told.at(-1)).toEqual({ kind: 'worker-exit', worker: 4, code: null, signal: null });
  });
});

function supervised(env: Record<string, string>, restartDelaysMs = [1, 1]) {
  const states: EngineState[] = [];
  const jobs: JobsSummary[] = [];
  const log: string[] = [];
  const supervisor = new EngineSupervisor({
    startEngine: nodeChild('./engine.js', env, children), startWorker: nodeChild('./worker.js', {}, children),
    onState: (state) => states.push(state), onJobs: (each) => jobs.push(each), onLog: (line) => log.push(line), restartDelaysMs,
  });
  supervisor.start();
  return { supervisor, states, jobs, log, until: (kind: EngineState['kind']) => vi.waitFor(() => expect(supervisor.state.kind).toBe(kind), 20_000) };
}

describe('the engine, supervised', () => {
  it('is ready, takes ports, tells of jobs, gets its workers, and stops when asked', async () => {
    const { supervisor, states, jobs, log, until } = supervised({ WORKS: '1' });
    expect(supervisor.connect({})).toBe(false);
    await until('ready');
    expect(supervisor.connect({})).toBe(true);
    await vi.waitFor(() => {
      expect(log).toContain('ports: 1');
      expect(log.some((line) => line.includes('"sum":3') && line.includes('Study a (1)'))).toBe(true);
    }, 10_000);
    expect(supervisor.jobs).toEqual({ titles: ['a'], fraction: 0.5 });
    await supervisor.stop(60_000);
    expect(states.map(({ kind }) => kind)).toEqual(['starting', 'ready', 'stopped']);
    expect(jobs.at(-1)).toEqual({ titles: [], fraction: undefined });
  });

  it('is started again when it goes, and its workers end with it', async () => {
    const { supervisor, states, until } = supervised({ WORKS: '1' });
    await until('ready');
    await vi.waitFor(() => expect(children).toHaveLength(2), 10_000);
    const [engine, worker] = children;
    const workerEnd = new Promise((resolve) => worker.onExit((code, signal) => resolve(signal ?? code)));
    engine.kill();
    expect(await workerEnd).toBe('SIGKILL');
    await vi.waitFor(() => expect(states.filter(({ kind }) => kind === 'ready')).toHaveLength(2), 20_000);
    expect(states).toContainEqual({ kind: 'starting', attempt: 1 });
    await supervisor.stop(60_000);
  });

  it('is given up after failures in a row, with what it said last', async () => {
    const { states, until } = supervised({ CRASHES: '1' });
    await until('failed');
    expect(states.at(-1)).toEqual({ kind: 'failed', message: 'The engine could not be kept running: it ended with code 3: something broke' });
    expect(children).toHaveLength(3);
  });

  it('is not started again when it says that this would not help', async () => {
    const { states, until } = supervised({ FAILS: '1' });
    await until('failed');
    expect(states.at(-1)).toEqual({ kind: 'failed', message: 'The settings cannot be read.' });
    expect(children).toHaveLength(1);
  });

  it('is ended as it is when it does not stop in time', async () => {
    const { supervisor, until } = supervised({ STUBBORN: '1' });
    await until('ready');
    await supervisor.stop(50);
    expect(supervisor.state.kind).toBe('stopped');
  });
});

describe('messages to a worker that has ended', () => {
  it('go nowhere', () => {
    const told: FromEngine[] = [];
    const host = new ElectronWorkerHost((message) => told.push(message));
    const worker = host.start({ title: 'x' });
    host.hear({ kind: 'worker-exit', worker: 1, code: 0, signal: null });
    worker.post('late');
    worker.kill();
    expect(told.map(({ kind }) => kind)).toEqual(['start-worker']);
  });
});
