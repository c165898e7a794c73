/** The wire format of protocol buffers, as much of it as ONNX files need. Writing is append-only; reading is lazy. */
export class ProtobufWriter {
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  varint(field: number, value: number | bigint): this {
    this.#key(field, 0);
    return this.#append(varintBytes(value));
  }

  float(field: number, value: number): this {
    this.#key(field, 5);
    return this.#append(new Uint8Array(new Float32Array([value]).buffer));
  }

  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#key(field, 2);
    this.#append(varintBytes(value.length));
    return this.#append(value);
  }

  message(field: number, write: (writer: ProtobufWriter) => void): this {
    const nested = new ProtobufWriter();
    write(nested);
    this.#key(field, 2);
    this.#append(varintBytes(nested.size));
    for (const chunk of nested.#chunks) this.#append(chunk);
    return this;
  }

  finish(): Uint8Array {
    const all = new Uint8Array(this.#size);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }

  #key(field: number, wireType: number): void {
    this.#append(varintBytes(field * 8 + wireType));
  }

  #append(bytes: Uint8Array): this {
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    return this;
  }
}

function varintBytes(value: number | bigint): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

/** One field of a message: a number where it was written as a varint, otherwise its bytes. */
export interface ProtobufField {
  readonly field: number;
  readonly value: bigint | Uint8Array;
}

/** The fields of a message, in file order. @throws RangeError when the bytes end too early. */
export function* readFields(bytes: Uint8Array): Generator<ProtobufField> {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (at >= bytes.length) throw new RangeError('The message ends inside a number.');
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number) => {
    if (at + length > bytes.length) throw new RangeError('The message ends inside a field.');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const field = key >>> 3;
    switch (key & 7) {
      case 0: yield { field, value: varint() }; break;
      case 1: yield { field, value: take(8) }; break;
      case 2: yield { field, value: take(Number(varint())) }; break;
      case 5: yield { field, value: take(4) }; break;
      default: throw new RangeError(`Unknown wire type ${key & 7}.`);
    }
  }
}
