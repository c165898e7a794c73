import { resolve } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { JobLog } from '../../../core/study/jobs/jobLog.ts';
import type { WorkerReport, WorkerRequest } from '../../../core/study/jobs/messages.ts';
import { JobSupervisor } from '../../../core/study/jobs/supervisor.ts';
import type { WorkerExit, WorkerHost, WorkerProcess } from '../../../core/study/jobs/workerHost.ts';

/** A process that does nothing but what the test says; it ends when it may. */
class FakeProcess implements WorkerProcess {
  readonly pid = 1000;
  readonly requests: WorkerRequest['type'][] = [];
  say!: (report: WorkerReport) => void;
  print!: (line: string, stream: 'stdout' | 'stderr') => void;
  exit!: (exit: WorkerExit) => void;

  post(message: unknown): void {
    const { type } = message as WorkerRequest;
    this.requests.push(type);
    if (type === 'close') queueMicrotask(() => this.exit({ code: 0, signal: null }));
  }

  onMessage(listener: (message: unknown) => void): void {
    this.say = listener;
  }

  onOutput(listener: (line: string, stream: 'stdout' | 'stderr') => void): void {
    this.print = listener;
  }

  onExit(listener: (exit: WorkerExit) => void): void {
    this.exit = listener;
  }

  kill(): void {
    queueMicrotask(() => this.exit({ code: null, signal: 'SIGKILL' }));
  }
}

function supervised(options: { maxParallel?: number; graceMs?: number; logLines?: number } = {}) {
  const processes: FakeProcess[] = [];
  const host: WorkerHost = {
    start() {
      processes.push(new FakeProcess());
      return processes.at(-1)!;
    },
  };
  const supervisor = new JobSupervisor({ host, ...options });
  return { supervisor, processes, run: (directory: string) => supervisor.start({ kind: 'run', directory }).id };
}

const progress = { phase: 'training' as const, done: 120, total: 500, unit: 'steps', note: 'loss 1.83', memoryBytes: 1 };

describe('the supervisor of jobs', () => {
  afterEach(() => { vi.useRealTimers(); });

  it('runs one study after the other, in the order in which they were started', async () => {
    const { supervisor, processes, run } = supervised();
    const [a, b, c] = ['a', 'b', 'c'].map(run);
    expect(a).toBe(resolve('a'));
    expect(supervisor.list().map(({ state }) => state)).toEqual(['starting', 'queued', 'queued']);
    for (const [i, id] of [a, b, c].entries()) {
      expect(processes).toHaveLength(i + 1);
      processes[i].say({ type: 'ready' });
      expect(processes[i].requests).toEqual(['task']);
      expect(supervisor.get(id)!.state).toBe('running');
      processes[i].say({ type: 'done', result: undefined });
      expect((await supervisor.ended(id)).state).toBe('done');
    }
  });

  it('runs as many at once as it may, and short tasks besides', () => {
    const { supervisor, processes, run } = supervised({ maxParallel: 2 });
    ['a', 'b', 'c'].forEach(run);
    expect(processes).toHaveLength(2);
    supervisor.start({ kind: 'probe', of: 'study', text: '', baseDir: '/', seconds: 1 });
    expect(processes).toHaveLength(3);
  });

  it('refuses a study whose job has not ended, and starts it again afterwards with its log going on', async () => {
    const { supervisor, processes, run } = supervised();
    const id = run('a');
    expect(() => run('a')).toThrow(expect.objectContaining({ code: 'job-active' }));
    processes[0].print('first', 'stdout');
    processes[0].say({ type: 'stopped' });
    await supervisor.ended(id);
    run('a');
    processes[1].print('second', 'stderr');
    expect(supervisor.log(id).map(({ seq, level, text }) => [seq, level, text])).toEqual([[1, 'info', 'first'], [2, 'warning', 'second']]);
    expect(supervisor.log(id, 1).map(({ text }) => text)).toEqual(['second']);
  });

  it('says in words what a job is doing', () => {
    const { supervisor, processes, run } = supervised();
    const id = run('a');
    processes[0].say({ type: 'ready' });
    processes[0].say({ type: 'progress', progress });
    expect(supervisor.get(id)!.words).toBe('Training step 120 of 500: loss 1.83');
    supervisor.pause(id);
    expect(supervisor.get(id)).toMatchObject({ state: 'running', words: 'Pausing at the next safe point' });
    processes[0].say({ type: 'paused', paused: true });
    expect(supervisor.get(id)).toMatchObject({ state: 'paused', words: 'Paused. Training step 120 of 500: loss 1.83' });
    supervisor.unpause(id);
    processes[0].say({ type: 'paused', paused: false });
    expect(supervisor.get(id)!.state).toBe('running');
    expect(processes[0].requests).toEqual(['task', 'pause', 'unpause']);
  });

  it('tells a failure from a crash, which it describes with the last output', async () => {
    const { supervisor, processes, run } = supervised({ maxParallel: 2 });
    const [failed, crashed] = [run('a'), run('b')];
    processes[0].say({ type: 'failed', code: 'diverged', message: 'Training diverged.', details: {} });
    expect(await supervisor.ended(failed)).toMatchObject({ state: 'failed', words: 'Training diverged.', failure: { code: 'diverged' } });
    for (let i = 0; i < 30; i++) processes[1].print(`line ${i}`, 'stderr');
    processes[1].exit({ code: 134, signal: null });
    const { state, failure } = await supervisor.ended(crashed);
    expect(state).toBe('crashed');
    expect(failure!.message).toBe('The process of this job ended with code 134. The study can be resumed from its last checkpoint.');
    expect(failure!.details.output).toEqual(Array.from({ length: 10 }, (_, i) => `line ${20 + i}`));
  });

  it('ends a job by force that does not come to a safe point in time', async () => {
    vi.useFakeTimers();
    const { supervisor, processes, run } = supervised({ graceMs: 5000 });
    const id = run('a');
    processes[0].say({ type: 'ready' });
    supervisor.stop(id);
    expect(supervisor.get(id)!.state).toBe('stopping');
    await vi.advanceTimersByTimeAsync(4999);
    expect(supervisor.get(id)!.state).toBe('stopping');
    await vi.advanceTimersByTimeAsync(1);
    expect((await supervisor.ended(id)).state).toBe('stopped');
    expect(supervisor.log(id).at(-1)!.text).toContain('did not stop within 5 seconds');
  });

  it('takes a waiting job from the queue without starting a process', async () => {
    const { supervisor, processes, run } = supervised();
    run('a');
    const id = run('b');
    supervisor.stop(id);
    expect((await supervisor.ended(id)).state).toBe('stopped');
    expect(processes).toHaveLength(1);
  });

  it('stops all jobs when it is closed, and starts no further one', async () => {
    const { supervisor, processes, run } = supervised();
    const [a, b] = ['a', 'b'].map(run);
    const closed = supervisor.closeAll();
    expect(processes[0].requests).toEqual(['stop']);
    processes[0].say({ type: 'stopped' });
    await closed;
    expect([a, b].map((id) => supervisor.get(id)!.state)).toEqual(['stopped', 'stopped']);
    expect(processes).toHaveLength(1);
    expect(() => run('c')).toThrow(expect.objectContaining({ code: 'closing' }));
  });

  it('tells of changes at most ten times a second, and of the last one always', async () => {
    vi.useFakeTimers();
    const { supervisor, processes, run } = supervised();
    const id = run('a');
    const seen: number[] = [];
    supervisor.onChange((ids) => {
      expect([...ids]).toEqual([id]);
      seen.push(supervisor.get(id)!.progress?.done ?? -1);
    });
    for (let done = 1; done <= 1000; done++) {
      processes[0].say({ type: 'progress', progress: { ...progress, done, total: 1000 } });
      await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen.length).toBeLessThanOrEqual(12);
    expect(seen.at(-1)).toBe(1000);
  });
});

describe('the log of a job', () => {
  it('keeps the last lines under their numbers', () => {
    const log = new JobLog(3);
    for (let i = 1; i <= 10; i++) log.append('info', `line ${i}`);
    expect(log.after(0).map(({ seq }) => seq)).toEqual([8, 9, 10]);
    expect(log.after(9).map(({ text }) => text)).toEqual(['line 10']);
    expect(log.after(10)).toEqual([]);
  });
});
