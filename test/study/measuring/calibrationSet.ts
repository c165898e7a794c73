import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../../core/base/random.ts';
import { startEngine } from '../../../core/engine/engines.ts';
import { exportNetwork } from '../../../core/export/exportNetwork.ts';
import { runOnnx } from '../../../core/export/verify.ts';
import { manifestFormat, type Manifest } from '../../../core/latency/measurements/manifest.ts';
import { modelFacts } from '../../../core/latency/measurements/modelFile.ts';
import { freshWeights } from '../../../core/model/freshWeights.ts';
import { elasticVitMini } from '../../../core/spaces/elasticvit/space.ts';
import { writeFileAtomic } from '../../../core/study/files.ts';
import { sha256Of } from '../../../core/study/measuring/modelFiles.ts';

/** Writes networks of `elasticvit-mini` with a manifest, by name, and returns the manifest. */
export async function writeCalibrationSet(folder: string, names: readonly string[]): Promise<Manifest> {
  mkdirSync(folder, { recursive: true });
  const engine = await startEngine('auto');
  const models: Manifest['models'] = [];
  for (const name of names) {
    const arch = elasticVitMini.networks[name];
    const network = elasticVitMini.lower(arch);
    const path = join(folder, `${name}.onnx`);
    await exportNetwork({
      weights: freshWeights(network, 1, engine), engine, out: path, batch: 1, architecture: arch, seed: 1, version: 'test', writeFile: writeFileAtomic,
    });
    const size = network.resolution;
    const pixels = new Float32Array(3 * size * size);
    new Random('pixels').fillNormal(pixels);
    writeFileSync(join(folder, `input-${size}.f32`), Buffer.from(pixels.buffer));
    const bytes = readFileSync(path);
    const values = [...runOnnx(bytes, [{ count: 1, size, pixels }], path)[0]];
    models.push({
      name, file: `${name}.onnx`, sha256: sha256Of(bytes), sizeBytes: bytes.length, ...modelFacts(bytes, path),
      input: { name: 'images', shape: [1, 3, size, size], file: `input-${size}.f32` },
      output: { name: 'logits', shape: [1, network.classes], values, relativeTolerance: 1e-4 },
    });
  }
  const manifest: Manifest = { format: manifestFormat, version: 1, models };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return manifest;
}
