import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportNetwork, type ExportNetworkOptions } from '../../../export/exportNetwork.ts';
import { writeFileAtomic } from '../../files.ts';
import { pocketformerVersion } from '../../studyInfo.ts';

/** Seconds that one export takes; the file is not kept. */
export async function timeExport(options: Omit<ExportNetworkOptions, 'out' | 'batch' | 'version' | 'writeFile'>): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'pocketformer-probe-'));
  try {
    const startedMs = performance.now();
    await exportNetwork({ ...options, out: join(folder, 'probe.onnx'), batch: 'dynamic', version: pocketformerVersion(), writeFile: writeFileAtomic });
    return (performance.now() - startedMs) / 1000;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
