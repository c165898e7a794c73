import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../../../core/cli/bin.js', import.meta.url));

export interface Serve {
  /** With its token. */
  readonly url: string;
  /** Folder of the studies. */
  readonly library: string;
  /** Processes that compute for it now. */
  computeProcesses(): number[];
  /** What it has said on standard error. */
  said(): string;
  /** As Ctrl-C does. */
  stop(): Promise<void>;
}

/** Starts `pocketformer serve` with settings and studies of its own. */
export async function startServe({ library, settings }: { library: string; settings: string }): Promise<Serve> {
  const child = spawn(process.execPath, [bin, 'serve', '--port', '0', '--json', '--studies', library, '--settings', settings], {
    cwd: tmpdir(), stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { said += text; });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (out.includes('\n')) resolve((JSON.parse(out.slice(0, out.indexOf('\n'))) as { url: string }).url);
    });
    void ended.then((code) => reject(new Error(`serve has ended with code ${String(code)}: ${said}`)));
  });
  return {
    url, library,
    computeProcesses: () => childrenOf(child.pid!).filter(({ title }) => title.startsWith('Pocketformer: ')).map(({ pid }) => pid),
    said: () => said,
    async stop() {
      child.kill('SIGINT');
      await ended;
    },
  };
}

function childrenOf(parent: number): { pid: number; title: string }[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      // After the program's name in parentheses: state, then the parent.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const ppid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      return ppid === parent ? [{ pid: Number(name), title: readFileSync(`/proc/${name}/cmdline`, 'utf8') }] : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}
