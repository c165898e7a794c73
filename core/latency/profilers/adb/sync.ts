import { EnvironmentError } from '../../../base/errors.ts';
import type { AdbConnection } from './connection.ts';

/** Files go in pieces of at most so many bytes. */
const pieceBytes = 64 * 1024;
/** Bits that say "a file" in front of its permissions. */
const regularFile = 0o100000;

/**
 * Writes a file to the phone: SEND, pieces as DATA, DONE with its time.
 * @throws EnvironmentError `push-failed` with the phone's reason, such as a full disk
 */
export async function pushFile(connection: AdbConnection, path: string, bytes: Uint8Array, permissions: number, modifiedAt: Date): Promise<void> {
  await connection.request('sync:');
  connection.write(message('SEND', Buffer.from(`${path},${regularFile | permissions}`)));
  for (let at = 0; at < bytes.length; at += pieceBytes) connection.write(message('DATA', bytes.subarray(at, at + pieceBytes)));
  connection.write(head('DONE', Math.floor(modifiedAt.getTime() / 1000)));
  const [answer, length] = await readHead(connection);
  if (answer !== 'OKAY') throw new EnvironmentError('push-failed', `The phone does not take ${path}: ${(await connection.read(length)).toString('utf8')}.`);
  connection.write(head('QUIT', 0));
}

/** Reads a file from the phone. @throws EnvironmentError `pull-failed` with the phone's reason */
export async function pullFile(connection: AdbConnection, path: string): Promise<Buffer> {
  await connection.request('sync:');
  connection.write(message('RECV', Buffer.from(path)));
  const pieces: Buffer[] = [];
  for (;;) {
    const [kind, length] = await readHead(connection);
    if (kind === 'DONE') break;
    if (kind !== 'DATA') throw new EnvironmentError('pull-failed', `The phone does not give ${path}: ${(await connection.read(length)).toString('utf8')}.`);
    pieces.push(Buffer.from(await connection.read(length)));
  }
  connection.write(head('QUIT', 0));
  return Buffer.concat(pieces);
}

async function readHead(connection: AdbConnection): Promise<[kind: string, value: number]> {
  const bytes = await connection.read(8);
  return [bytes.toString('latin1', 0, 4), bytes.readUInt32LE(4)];
}

function head(kind: string, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.write(kind, 'latin1');
  bytes.writeUInt32LE(value, 4);
  return bytes;
}

const message = (kind: string, bytes: Uint8Array) => Buffer.concat([head(kind, bytes.length), bytes]);
