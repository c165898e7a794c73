import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSession } from '../../../core/study/measuring/sessionFolder.ts';
import { startOf } from '../../latency/protocol/fakeDevice.ts';
import { scratchFolder } from '../scratch.ts';

const folder = scratchFolder();

describe('the folder of a session', () => {
  it('refuses to go on with another phone, and says which it was begun on and what is there now', async () => {
    const out = join(folder, 'session');
    const start = startOf(['a']);
    (await openSession(out, start)).close();
    const other = openSession(out, { ...start, target: { ...start.target, device: 'Pixel 8', threads: 4 } });
    await expect(other).rejects.toMatchObject({ code: 'other-session' });
    const message = await other.catch((error: unknown) => (error as Error).message);
    expect(message).toContain(`begun on ${start.target.device}`);
    expect(message).toContain(`device Pixel 8 instead of ${start.target.device}, threads 4 instead of ${start.target.threads}`);
    // The window shows it too, and has no options.
    expect(message).not.toContain('--');
    (await openSession(out, start)).close();
  });
});
