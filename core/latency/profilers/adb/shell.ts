import type { AdbConnection } from './connection.ts';

/** What a command on the phone wrote, and how it ended. */
export interface ShellResult {
  readonly output: string;
  readonly errors: string;
  readonly exitCode: number;
}

/** Packets of the shell protocol, version 2: kind, length (little-endian), bytes. */
const packets = { output: 1, errors: 2, exit: 3 } as const;

/** Runs a command on a connection that leads to a phone. @throws EnvironmentError `adb-refused`, `device-gone` */
export async function runShell(connection: AdbConnection, command: string): Promise<ShellResult> {
  await connection.request(`shell,v2,raw:${command}`);
  const [output, errors]: [Buffer[], Buffer[]] = [[], []];
  for (;;) {
    const head = await connection.read(5, Infinity);
    const bytes = Buffer.from(await connection.read(head.readUInt32LE(1)));
    if (head[0] === packets.output) output.push(bytes);
    else if (head[0] === packets.errors) errors.push(bytes);
    else if (head[0] === packets.exit) return { output: textOf(output), errors: textOf(errors), exitCode: bytes[0] };
  }
}

const textOf = (pieces: Buffer[]) => Buffer.concat(pieces).toString('utf8');
