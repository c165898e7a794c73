import type { OutputOf } from '../contract/contract.ts';

/** The engines of this machine. Loads them only when asked: nothing else here computes with tensors. */
export async function describeEngines(): Promise<OutputOf<'engines.list'>> {
  const { chooseEngine, listEngines } = await import('../../engine/engines.ts');
  const engines = await listEngines();
  const { id: used } = chooseEngine(engines);
  return engines.map(({ id, version, device, threads, available, reason, remedy }) => ({
    id, version, device, threads, available, inUse: id === used, reason: available ? null : [reason, remedy].filter(Boolean).join(' '),
  }));
}
