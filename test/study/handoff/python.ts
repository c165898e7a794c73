import { spawnSync } from 'node:child_process';

/** A Python with PyTorch: POCKETFORMER_PYTHON, or python3 or python on the path. */
export interface FoundPython {
  readonly path?: string;
  /** Why there is none. */
  readonly reason?: string;
  readonly hasPillow: boolean;
}

export function findPython(): FoundPython {
  const named = process.env.POCKETFORMER_PYTHON;
  const candidates = named ? [named] : ['python3', 'python'];
  for (const path of candidates) {
    const { status, stdout } = spawnSync(path, ['-c', 'import importlib.util as u; import torch; print(u.find_spec("PIL") is not None)'], { encoding: 'utf8' });
    if (status === 0) return { path, hasPillow: stdout.trim() === 'True' };
  }
  return { reason: `no PyTorch in ${candidates.join(', ')}; name an interpreter with POCKETFORMER_PYTHON`, hasPillow: false };
}
