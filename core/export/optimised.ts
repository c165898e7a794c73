import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError, messageOf } from '../base/errors.ts';
import { createSession, type SessionOptions } from '../engine/ort/binding.ts';
import { readModel, type OnnxFile } from '../graph/onnx/read.ts';

/**
 * The graph that ONNX Runtime makes of a file when it loads it. A file with nothing superfluous comes out with as many
 * convolutions, products and so on as went in.
 * @param level `basic` gives standard operators; `all`, the default level, joins operators and changes layouts as
 * suits this machine's processor
 * @throws EnvironmentError `cannot-write` when the temporary folder takes no copy of the graph
 */
export function optimisedModel(bytes: Uint8Array, level: NonNullable<SessionOptions['optimization']> = 'all'): OnnxFile {
  const folder = temporaryFolder();
  try {
    const path = join(folder, 'optimised.onnx');
    createSession(bytes, { threads: 1, optimization: level, optimizedModelPath: path }).dispose();
    return readModel(readFileSync(path));
  } catch (cause) {
    throw cannotWrite(folder, cause);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function temporaryFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'pocketformer-'));
  } catch (cause) {
    throw cannotWrite(tmpdir(), cause);
  }
}

function cannotWrite(folder: string, cause: unknown): EnvironmentError {
  return new EnvironmentError('cannot-write', `Cannot write a temporary copy of the exported graph to ${folder}: ${messageOf(cause)}. `
    + 'The environment variable TMPDIR (on Windows TEMP) can name another folder.', { cause });
}
