import { decode, encode, ExtensionCodec } from '@msgpack/msgpack';

/*
 * Messages as binary frames: MessagePack, with typed arrays as extensions, so that long columns travel as they lie in
 * memory. Both ends run on little-endian machines, as every platform of Node and of browsers is by now.
 */

type TypedArray = Float32Array | Float64Array | Uint32Array | Int32Array;
const kinds = [Float32Array, Float64Array, Uint32Array, Int32Array] as const;

const extensions = new ExtensionCodec();
for (const [type, Kind] of kinds.entries()) {
  extensions.register({
    type,
    encode: (value: unknown) => (value instanceof Kind ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null),
    // The frame's bytes may begin anywhere; the numbers need an aligned copy.
    decode: (data: Uint8Array): TypedArray => new Kind(data.slice().buffer),
  });
}

/** A message as one frame. Properties that are undefined are left out. */
export function encodeFrame(message: unknown): Uint8Array<ArrayBuffer> {
  return encode(message, { extensionCodec: extensions, ignoreUndefined: true });
}

/** @throws when the bytes are not a frame */
export function decodeFrame(frame: Uint8Array): unknown {
  return decode(frame, { extensionCodec: extensions });
}
