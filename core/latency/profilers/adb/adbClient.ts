import { EnvironmentError } from '../../../base/errors.ts';
import { AdbConnection, type AdbAddress } from './connection.ts';
import { runShell, type ShellResult } from './shell.ts';
import { pullFile, pushFile } from './sync.ts';

/** The server's usual place, or the port that adb's own variable names. */
export const localServer = (): AdbAddress => ({ host: '127.0.0.1', port: Number(process.env.ANDROID_ADB_SERVER_PORT ?? 5037) });

export interface AttachedPhone {
  readonly serial: string;
  /** `device` when it can be used. */
  readonly state: string;
  /** As adb has it: product, model, device. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Everything that an adb server sees. @throws EnvironmentError `no-adb-server` */
export async function attachedPhones(address: AdbAddress): Promise<AttachedPhone[]> {
  const text = await using(address, async (connection) => {
    await connection.request('host:devices-l');
    return connection.readText();
  });
  return text.split('\n').filter((line) => line.trim() !== '').map((line) => {
    // "no permissions" is one state, and followed by a reason in parentheses.
    const [, serial, state, rest] = /^(\S+)\s+(no permissions|\S+)\s*(.*)$/.exec(line.trim())!;
    const facts = rest.split(/\s+/);
    return { serial, state, facts: Object.fromEntries(facts.map((fact) => fact.split(':', 2)).filter((pair) => pair.length === 2) as [string, string][]) };
  });
}

/** What a state other than `device` asks the person to do. */
const remedies: Readonly<Record<string, string>> = {
  unauthorized: 'unlock it and allow USB debugging in the dialog that it shows',
  offline: 'take its cable out and in again',
  'no permissions': 'this user may not open the USB device; see Android\'s page "Run apps on a hardware device"',
};

export const phoneRemedy = (state: string): string | undefined => (state === 'device' ? undefined : remedies[state] ?? 'wait until adb lists it as device');

/** One phone, through its adb server. Commands run one after the other, each on a connection of its own. */
export class AdbPhone {
  readonly serial: string;
  readonly #address: AdbAddress;
  #open: AdbConnection | undefined;

  private constructor(serial: string, address: AdbAddress) {
    this.serial = serial;
    this.#address = address;
  }

  /** @throws EnvironmentError `no-adb-server`, `no-phone`, `phone-not-ready` */
  static async find(serial: string, address: AdbAddress): Promise<AdbPhone> {
    const phones = await attachedPhones(address);
    const found = phones.find((phone) => phone.serial === serial);
    if (found === undefined) {
      throw new EnvironmentError('no-phone', `No phone ${serial} is attached; ${phones.length === 0 ? 'the adb server sees none. Switch on USB debugging and connect one.'
        : `the adb server sees ${phones.map((phone) => phone.serial).join(', ')}.`}`);
    }
    if (found.state !== 'device') {
      throw new EnvironmentError('phone-not-ready', `The phone ${serial} is ${found.state}; ${phoneRemedy(found.state)}.`);
    }
    return new AdbPhone(serial, address);
  }

  /** @throws EnvironmentError `adb-refused`, `device-gone` */
  shell(command: string): Promise<ShellResult> {
    return this.#on((connection) => runShell(connection, command));
  }

  push(path: string, bytes: Uint8Array, permissions: number, modifiedAt: Date): Promise<void> {
    return this.#on((connection) => pushFile(connection, path, bytes, permissions, modifiedAt));
  }

  pull(path: string): Promise<Buffer> {
    return this.#on((connection) => pullFile(connection, path));
  }

  /** Ends what is running; the phone ends a command whose connection is gone. */
  interrupt(): void {
    this.#open?.close();
  }

  async #on<T>(work: (connection: AdbConnection) => Promise<T>): Promise<T> {
    return using(this.#address, async (connection) => {
      this.#open = connection;
      await connection.request(`host:transport:${this.serial}`);
      return work(connection);
    });
  }
}

async function using<T>(address: AdbAddress, work: (connection: AdbConnection) => Promise<T>): Promise<T> {
  const connection = await AdbConnection.open(address);
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}
