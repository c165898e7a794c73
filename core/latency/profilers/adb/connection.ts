import { connect, type Socket } from 'node:net';
import { EnvironmentError } from '../../../base/errors.ts';

/** Where an adb server listens. */
export interface AdbAddress {
  readonly host: string;
  readonly port: number;
}

/** A server that has not said anything for so long will not. Shell commands may be silent for longer; they set none. */
const patienceMs = 30_000;

/**
 * A connection to an adb server, as its protocol has it (SERVICES.TXT and SYNC.TXT of the Android platform): requests are four
 * hexadecimal digits of length and a text, answered by OKAY or FAIL and a reason. What follows depends on the request.
 */
export class AdbConnection {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #ended: Error | undefined;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
      this.#wake();
    });
    const end = (reason: string) => {
      this.#ended ??= new EnvironmentError('device-gone', `The connection to the phone ended: ${reason}. Look at cable and phone, and call the same command again.`);
      this.#wake();
    };
    socket.on('error', (error) => end(error.message));
    socket.on('close', () => end('the adb server closed it'));
  }

  /** @throws EnvironmentError `no-adb-server` */
  static open({ host, port }: AdbAddress): Promise<AdbConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port });
      socket.setNoDelay(true);
      socket.once('connect', () => {
        socket.removeAllListeners('error');
        resolve(new AdbConnection(socket));
      });
      socket.once('error', (error) => reject(new EnvironmentError('no-adb-server',
        `No adb server answers at ${host}:${port} (${error.message}); start it with "adb start-server", of Android's platform tools.`, { cause: error })));
    });
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Sends a request and waits until it is accepted. @throws EnvironmentError `adb-refused` with the server's reason */
  async request(service: string): Promise<void> {
    const text = Buffer.from(service);
    this.write(Buffer.concat([Buffer.from(text.length.toString(16).padStart(4, '0')), text]));
    const status = (await this.read(4)).toString('latin1');
    if (status === 'OKAY') return;
    if (status !== 'FAIL') throw new EnvironmentError('adb-refused', `The adb server answers "${status}" to ${service}; is it something else that listens there?`);
    throw new EnvironmentError('adb-refused', `adb: ${(await this.readText()).trim()}.`);
  }

  /** A text with its length in front. */
  async readText(): Promise<string> {
    return (await this.read(Number.parseInt((await this.read(4)).toString('latin1'), 16))).toString('utf8');
  }

  /** Exactly so many bytes. @param waitMs how long to wait for each piece; Infinity for as long as it takes */
  async read(count: number, waitMs = patienceMs): Promise<Buffer> {
    while (this.#received.length < count) await this.#more(waitMs);
    const bytes = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return bytes;
  }

  close(): void {
    this.#socket.destroy();
  }

  #more(waitMs: number): Promise<void> {
    if (this.#ended) throw this.#ended;
    return new Promise((resolve, reject) => {
      const timer = waitMs === Infinity ? undefined : setTimeout(() => {
        reject(new EnvironmentError('device-gone', `The phone has not answered for ${Math.round(waitMs / 1000)} s. Look at cable and phone, and call the same command again.`));
      }, waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
