import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** What a scripted phone answers to a shell command. */
export interface ShellAnswer {
  readonly output?: string;
  readonly errors?: string;
  readonly exitCode?: number;
}

export interface ScriptedPhone {
  readonly serial: string;
  readonly state?: string;
  /** Files by path, which sync reads and writes. */
  readonly files: Map<string, Buffer>;
  readonly shell: (command: string) => ShellAnswer | 'hang up';
  /** Says why a file is not taken. */
  readonly refuses?: (path: string) => string | undefined;
}

/**
 * A server that speaks adb's protocol as Android's documents describe it (SERVICES.TXT, SYNC.TXT, shell_protocol.h), one byte
 * or many at a time. Independent of the client: it reads and writes bytes by itself.
 */
export class ScriptedAdbServer {
  readonly commands: string[] = [];
  readonly #server: Server;
  readonly #phones: readonly ScriptedPhone[];
  /** Bytes that leave in one piece. */
  readonly #pieceBytes: number;

  constructor(phones: readonly ScriptedPhone[], { pieceBytes = Infinity } = {}) {
    this.#phones = phones;
    this.#pieceBytes = pieceBytes;
    this.#server = createServer((socket) => {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      void this.#serve(new Wire(socket), socket).catch(() => socket.destroy());
    });
  }

  async listen(): Promise<{ host: string; port: number }> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(wire: Wire, socket: Socket): Promise<void> {
    let phone: ScriptedPhone | undefined;
    for (;;) {
      const service = (await wire.take(Number.parseInt((await wire.take(4)).toString(), 16))).toString();
      if (service === 'host:devices-l') {
        const text = this.#phones.map(({ serial, state = 'device' }) => `${serial.padEnd(22)} ${state} usb:1-1 product:flame model:Pixel_4 device:flame transport_id:1\n`).join('');
        await this.#send(socket, Buffer.from(`OKAY${text.length.toString(16).padStart(4, '0')}${text}`));
        return void socket.end();
      }
      if (service.startsWith('host:transport:')) {
        phone = this.#phones.find(({ serial }) => `host:transport:${serial}` === service);
        if (phone) await this.#send(socket, Buffer.from('OKAY'));
        else return this.#fail(socket, `device '${service.slice(15)}' not found`);
      } else if (service.startsWith('shell,v2,raw:') && phone) {
        await this.#send(socket, Buffer.from('OKAY'));
        return this.#shell(socket, phone, service.slice('shell,v2,raw:'.length));
      } else if (service === 'sync:' && phone) {
        await this.#send(socket, Buffer.from('OKAY'));
        return this.#sync(wire, socket, phone);
      } else return this.#fail(socket, `unknown host service '${service}'`);
    }
  }

  async #shell(socket: Socket, phone: ScriptedPhone, command: string): Promise<void> {
    this.commands.push(command);
    const answer = phone.shell(command);
    if (answer === 'hang up') return void socket.destroy();
    const packet = (id: number, bytes: Buffer) => Buffer.concat([Buffer.from([id]), littleEndian(bytes.length), bytes]);
    const { output = '', errors = '', exitCode = 0 } = answer;
    // A phone sends what a program writes in pieces of its own choosing.
    const half = Math.floor(output.length / 2);
    for (const piece of [output.slice(0, half), output.slice(half)]) if (piece) await this.#send(socket, packet(1, Buffer.from(piece)));
    if (errors) await this.#send(socket, packet(2, Buffer.from(errors)));
    await this.#send(socket, packet(3, Buffer.from([exitCode])));
    socket.end();
  }

  async #sync(wire: Wire, socket: Socket, phone: ScriptedPhone): Promise<void> {
    for (;;) {
      const [kind, length] = [(await wire.take(4)).toString(), (await wire.take(4)).readUInt32LE()];
      if (kind === 'QUIT') return void socket.end();
      const text = (await wire.take(length)).toString();
      if (kind === 'RECV') {
        const bytes = phone.files.get(text);
        if (bytes === undefined) return void await this.#send(socket, Buffer.concat([Buffer.from('FAIL'), littleEndian(25), Buffer.from('No such file or directory')]));
        for (let at = 0; at < bytes.length; at += 65536) {
          const piece = bytes.subarray(at, at + 65536);
          await this.#send(socket, Buffer.concat([Buffer.from('DATA'), littleEndian(piece.length), piece]));
        }
        await this.#send(socket, Buffer.concat([Buffer.from('DONE'), littleEndian(0)]));
      } else if (kind === 'SEND') {
        const [path, mode] = [text.slice(0, text.lastIndexOf(',')), Number(text.slice(text.lastIndexOf(',') + 1))];
        const pieces: Buffer[] = [];
        for (;;) {
          const [next, size] = [(await wire.take(4)).toString(), (await wire.take(4)).readUInt32LE()];
          if (next === 'DONE') break;
          if (next !== 'DATA' || size > 65536) throw new Error(`unexpected ${next} of ${size}`);
          pieces.push(Buffer.from(await wire.take(size)));
        }
        const reason = (mode & 0o170000) === 0o100000 ? phone.refuses?.(path) : 'not a regular file';
        if (reason !== undefined) return void await this.#send(socket, Buffer.concat([Buffer.from('FAIL'), littleEndian(reason.length), Buffer.from(reason)]));
        phone.files.set(path, Buffer.concat(pieces));
        await this.#send(socket, Buffer.concat([Buffer.from('OKAY'), littleEndian(0)]));
      } else throw new Error(`unexpected ${kind}`);
    }
  }

  async #fail(socket: Socket, reason: string): Promise<void> {
    await this.#send(socket, Buffer.from(`FAIL${reason.length.toString(16).padStart(4, '0')}${reason}`));
    socket.end();
  }

  async #send(socket: Socket, bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; at += this.#pieceBytes) {
      socket.write(bytes.subarray(at, at + Math.min(this.#pieceBytes, bytes.length)));
      if (this.#pieceBytes < bytes.length) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function littleEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Takes what arrives in the pieces that are asked for. */
class Wire {
  #bytes: Buffer = Buffer.alloc(0);
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    socket.on('data', (more: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, more]);
      this.#wake();
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  async take(count: number): Promise<Buffer> {
    while (this.#bytes.length < count) {
      if (this.#closed) throw new Error('closed');
      await new Promise<void>((resolve) => { this.#wake = resolve; });
    }
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }
}
