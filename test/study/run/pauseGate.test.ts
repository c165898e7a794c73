import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { PauseGate } from '../../../core/study/run/pauseGate.ts';

it('lets a run pass until it is paused, tells when it waits, and stops its clock meanwhile', async () => {
  const told: boolean[] = [];
  const gate = new PauseGate((isWaiting) => told.push(isWaiting));
  await gate.pass();
  gate.pause();
  const passed = gate.pass();
  expect(told).toEqual([true]);
  const paused = gate.workedMs();
  await sleep(5);
  expect(gate.workedMs()).toBe(paused);
  gate.unpause();
  await passed;
  expect(told).toEqual([true, false]);
  expect(gate.workedMs()).toBeGreaterThanOrEqual(paused);
});

it('lets a run go that is to stop', async () => {
  const gate = new PauseGate();
  const stop = new AbortController();
  gate.pause();
  const passed = gate.pass(stop.signal);
  stop.abort();
  await passed;
  await gate.pass(stop.signal);
});
