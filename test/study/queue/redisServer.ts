import { spawn, spawnSync } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll } from 'vitest';
import { readAddress, type QueueAddress } from '../../../core/study/queue/redis/address.ts';
import { scratchFolder } from '../scratch.ts';

/** Why tests that need a Redis are skipped; undefined where they need not be. */
export const noRedis = spawnSync('redis-server', ['--version']).status === 0 ? undefined : 'skipped: there is no redis-server on the PATH';

/** A Redis of the test file's own, on loopback, that keeps nothing. */
export function redisServer(): () => QueueAddress {
  let address: QueueAddress | undefined;
  const folder = scratchFolder();
  let stop: () => Promise<unknown> = async () => undefined;
  beforeAll(async () => {
    if (noRedis !== undefined) return;
    const port = await freePort();
    const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => server.on('close', resolve));
    stop = () => {
      server.kill();
      return ended;
    };
    await new Promise<void>((resolve, reject) => {
      let said = '';
      server.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('Ready to accept connections')) resolve();
      });
      void ended.then(() => reject(new Error(`redis-server ended: ${said}`)));
    });
    address = readAddress(`redis://127.0.0.1:${port}`);
  });
  afterAll(() => stop());
  return () => address!;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
