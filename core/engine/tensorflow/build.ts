import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { EnvironmentError } from '../../base/errors.ts';
import { applicationFolder, installCommand, type TensorflowPackage } from './package.ts';

/** Lines of the build's output that a failure is explained with. */
const tailLines = 15;

/**
 * Compiles the package's addon against the libraries that were laid out.
 * @param onLine every line that the compiler's driver prints
 * @throws EnvironmentError `tensorflow-missing`, `missing-compiler`, `missing-python`, `missing-headers`, `missing-node-gyp`, `build-failed`:
 * what to install; `details.log` has the end of the output
 */
export async function buildAddon({ directory }: TensorflowPackage, onLine: (line: string) => void): Promise<void> {
  const nodeGyp = findNodeGyp();
  const nodeFolder = findHeaders();
  const builder = findBuilder(directory);
  const environment = {
    ...process.env, npm_config_node_gyp: nodeGyp, ...(nodeFolder === undefined ? {} : { npm_config_nodedir: nodeFolder }),
  };
  const child = spawn(process.execPath, [builder, 'install', '--build-from-source'], { cwd: directory, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        log.push(line);
        onLine(line);
      }
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw failure(log);
}

/** What usually stops a build, and what helps. */
const obstacles: readonly { readonly sign: RegExp; readonly code: string; readonly text: string }[] = [
  {
    sign: /find Python.*(not found|not set|You need to install)|Could not find any Python/i, code: 'missing-python',
    text: 'The addon cannot be built: node-gyp finds no Python 3. Install it (Debian: apt install python3), or name it in the environment variable PYTHON.',
  },
  {
    sign: /not found: make|spawn make ENOENT|make: (command )?not found/i, code: 'missing-compiler',
    text: 'The addon cannot be built: there is no "make". Install a C++ compiler and make (Debian: apt install build-essential; macOS: xcode-select --install).',
  },
  {
    sign: /(g\+\+|c\+\+|clang\+\+|cc1plus)['"]?: (command )?(not found|No such file)|exec.*cc1plus|xcode-select|No Xcode/i, code: 'missing-compiler',
    text: 'The addon cannot be built: there is no C++ compiler. Install one (Debian: apt install build-essential; macOS: xcode-select --install).',
  },
  {
    sign: /node_api\.h['"]?: No such file|file not found.*node_api|common\.gypi not found|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|FetchError|fetch failed|related to network connectivity|(4\d\d|5\d\d) response downloading|self.signed certificate/i,
    code: 'missing-headers',
    text: "The addon cannot be built: Node.js's headers are not on this machine and could not be downloaded. "
      + 'Use a Node.js that brings them (include/node), or name its folder in the environment variable npm_config_nodedir.',
  },
  {
    sign: /tensorflow\/c\/\S+: No such file|tf_\w+\.h: No such file/i, code: 'missing-headers',
    text: "The addon cannot be built: headers of TensorFlow's C functions are missing from the folder. Unpack TensorFlow again, whole.",
  },
];

/** What node-gyp and node-pre-gyp say of themselves rather than of the failure. */
const chatter = /^\s*$|^(node-pre-)?gyp (info|verb|http|ERR! (System|command|cwd|node|not ok|stack\s+at))|^(node-pre-gyp ERR! stack Error: )?Failed to execute|^node-pre-gyp ERR! build/;

function failure(lines: readonly string[]): EnvironmentError {
  const log = lines.filter((line) => !chatter.test(line));
  const tail = log.slice(-tailLines);
  const known = obstacles.find(({ sign }) => log.some((line) => sign.test(line)));
  const complaint = log.findLast((line) => /\berror\b/i.test(line))?.replace(/^gyp ERR! (stack )?/, '').trim();
  return new EnvironmentError(known?.code ?? 'build-failed', known?.text
    ?? `The addon could not be built${complaint === undefined ? '' : ` (${complaint})`}. What was linked before is as it was.`,
  { details: { log: tail } });
}

function findBuilder(directory: string): string {
  try {
    const manifest = createRequire(join(directory, 'package.json')).resolve('@mapbox/node-pre-gyp/package.json');
    return join(dirname(manifest), 'bin', 'node-pre-gyp');
  } catch (cause) {
    throw new EnvironmentError('tensorflow-missing', 'The addon cannot be built: the package @mapbox/node-pre-gyp is missing. '
      + `Run "${installCommand}" in ${applicationFolder}.`, { cause });
  }
}

/** The node-gyp that npm carries. */
function findNodeGyp(): string {
  const inside = join('node_modules', 'node-gyp', 'bin', 'node-gyp.js');
  const beside = dirname(process.execPath);
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'npm')).filter((path) => existsSync(path));
  const candidates = [
    process.env.npm_config_node_gyp ?? '',
    join(beside, '..', 'lib', 'node_modules', 'npm', inside),
    join(beside, 'node_modules', 'npm', inside),
    // npm's command is a link into the package, .../npm/bin/npm-cli.js.
    ...onPath.map((path) => join(dirname(realpathSync(path)), '..', inside)),
  ];
  const found = candidates.find((path) => path !== '' && existsSync(path));
  if (found === undefined) {
    throw new EnvironmentError('missing-node-gyp',
      'The addon cannot be built: npm, which carries node-gyp, is not beside this Node.js nor on the PATH. Install npm.');
  }
  return found;
}

/** The folder whose include/node belongs to this Node; undefined leaves it to node-gyp to download the headers. */
function findHeaders(): string | undefined {
  if (process.env.npm_config_nodedir) return process.env.npm_config_nodedir;
  const prefix = join(dirname(realpathSync(process.execPath)), '..');
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? prefix : undefined;
}
