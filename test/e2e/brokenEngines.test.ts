import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeFakePackage } from '../engine/tensorflow/fakePackage.ts';
import { repository, scratchFolder, type Ended } from './cliProcess.ts';

const folder = scratchFolder();
let copy = '';
let count = 0;
const natives = () => join(copy, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6', process.platform, process.arch);

/** The program with packages of its own where they are to be broken, and links to the installed ones elsewhere. */
function copyProgram(target: string): void {
  cpSync(join(repository, 'core'), join(target, 'core'), { recursive: true });
  for (const name of ['package.json', 'tsconfig.json']) cpSync(join(repository, name), join(target, name));
  symlinkSync(join(repository, 'latency-models'), join(target, 'latency-models'), 'junction');
  const packages = join(repository, 'node_modules');
  mkdirSync(join(target, 'node_modules', '@tensorflow'), { recursive: true });
  const linked = [
    ...readdirSync(packages).filter((name) => name !== '@tensorflow' && name !== 'onnxruntime-node'),
    ...readdirSync(join(packages, '@tensorflow')).filter((name) => !name.startsWith('tfjs-node')).map((name) => join('@tensorflow', name)),
  ];
  for (const name of linked) symlinkSync(join(packages, name), join(target, 'node_modules', name), 'junction');
  const own = ['bin', 'napi-v6', process.platform, process.arch];
  cpSync(join(packages, 'onnxruntime-node'), join(target, 'node_modules', 'onnxruntime-node'), {
    recursive: true,
    filter: (path) => {
      const parts = relative(join(packages, 'onnxruntime-node'), path).split(sep);
      return parts[0] !== 'bin' || parts.every((part, i) => i >= own.length || part === own[i]);
    },
  });
}

function run(args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [join(copy, 'core', 'cli', 'bin.js'), ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  return new Promise((resolve, reject) => child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr })));
}

interface Listed { id: string; available: boolean; inUse: boolean; reason: string | null; remedy: string | null }

async function listed(): Promise<Map<string, Listed>> {
  const { code, stdout, stderr } = await run(['engines', '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return new Map((JSON.parse(stdout) as Listed[]).map((each) => [each.id, each]));
}

function onlyFile(pattern: RegExp): string {
  return join(natives(), readdirSync(natives()).find((name) => pattern.test(name))!);
}

const half = (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2));

describe('A program whose native files are broken', () => {
  beforeEach(() => {
    copy = join(folder, String(count++));
    copyProgram(copy);
    return () => rmSync(copy, { recursive: true, force: true });
  });

  it.each([
    ['the addon of ONNX Runtime is deleted', () => rmSync(onlyFile(/\.node$/)), 'onnxruntime_binding.node is missing'],
    ['ONNX Runtime is a page of a proxy', () => writeFileSync(onlyFile(/\.node$/), '<html>'.repeat(50)), /no library for this system|cannot be loaded/],
    ['the addon of ONNX Runtime is cut off', () => half(onlyFile(/\.node$/)), /is cut off|cannot be loaded/],
    ['ONNX Runtime itself is cut off', () => half(onlyFile(/onnxruntime\.|onnxruntime\b.*\.dll/)), /is cut off|cannot be loaded/],
    ['the folder of the libraries is gone', () => rmSync(natives(), { recursive: true }), 'is missing'],
    ['the package is gone', () => rmSync(join(copy, 'node_modules', 'onnxruntime-node'), { recursive: true }), 'onnxruntime-node is missing'],
  ] as const)('says so and offers the js engine when %s', async (_, damage, reason) => {
    damage();
    const engines = await listed();
    expect(engines.get('ort')).toMatchObject({ available: false, remedy: expect.stringMatching(/npm ci.*--engine js/) });
    expect(engines.get('ort')!.reason).toMatch(reason);
    expect(engines.get('js')).toMatchObject({ available: true, inUse: true });

    const asked = await run(['export', '--space', 'elasticvit-mini', '--arch', 'min', '--seed', '1', '--out', 'x.onnx', '--engine', 'ort', '--quiet']);
    expect(asked).toMatchObject({ code: 1, stdout: '' });
    expect(asked.stderr).toMatch(/^pocketformer: [^\n]*npm ci[^\n]*--engine js[^\n]*\n$/);
  });

  it('computes with ONNX Runtime when TensorFlow ends every process that loads it', async () => {
    writeFakePackage(copy, "process.kill(process.pid, 'SIGKILL');");
    const engines = await listed();
    expect(engines.get('tensorflow')).toMatchObject({ available: false, remedy: expect.stringContaining('link-tensorflow') });
    expect(engines.get('ort')).toMatchObject({ available: true, inUse: true });
  });

  it('tells people the reason and the remedy below the table', async () => {
    rmSync(onlyFile(/\.node$/));
    const { code, stdout, stderr } = await run(['engines']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ort .* unavailable$/m);
    expect(stdout).toMatch(/^js .* in use$/m);
    expect(stdout).toMatch(/^ort: .*onnxruntime_binding\.node is missing\.\nRun "npm ci" again/m);
    expect(stdout).toMatch(/^tensorflow: TensorFlow is not installed.*\nTo have it, run "npm install /m);
    expect(stdout).not.toMatch(/^ {2,}at /m);
  });

  it('ends a run with a reason and a remedy when its threads cannot start', async () => {
    writeFileSync(join(copy, 'core', 'engine', 'ort', 'team', 'member.ts'), "throw new Error('out of order');\n");
    const { code, stdout, stderr } = await run(['bench', 'elasticvit-step-min', '--threads', '2', '--rounds', '1', '--steps', '1']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^pocketformer: A thread of the engine cannot start \(out of order\)\. Run "npm ci" again, or .*$/m);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
