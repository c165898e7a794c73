import { closeSync, existsSync, fstatSync, lstatSync, openSync, readlinkSync, readSync } from 'node:fs';

/** Of the ELF format, for 64-bit little-endian files: where its header and its program headers keep what is read here. */
const elf = { headerBytes: 64, machine: 18, programHeaders: 32, programHeaderBytes: 54, programHeaderCount: 56, segmentOffset: 8, segmentBytes: 32 };
const loadableSegment = 1;
const elfMachines: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

/**
 * Why a native library or addon cannot be loaded, as a sentence; undefined when nothing is wrong with the file itself.
 * Asked before loading, because Linux answers a library that was cut off in the middle by ending the process.
 */
export function nativeFileProblem(path: string): string | undefined {
  if (!existsSync(path)) return missing(path);
  if (process.platform !== 'linux') return undefined;
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const header = readBytes(file, 0, elf.headerBytes);
    if (header.length < elf.headerBytes) return `${path} is cut off: it has ${size} bytes.`;
    if (header.toString('latin1', 0, 4) !== '\x7fELF' || header[4] !== 2 || header[5] !== 1) return `${path} is no library for this system.`;
    const wanted = elfMachines[process.arch];
    const machine = header.readUInt16LE(elf.machine);
    if (wanted !== undefined && machine !== wanted) return `${path} was built for another kind of processor than ${process.arch}.`;
    const end = endOfSegments(file, header);
    return end === undefined || end > size ? `${path} is cut off: it has ${size} bytes${end === undefined ? '' : ` of at least ${end}`}.` : undefined;
  } finally {
    closeSync(file);
  }
}

function missing(path: string): string {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
  return isLink ? `${path} points to ${readlinkSync(path)}, which is not there.` : `${path} is missing.`;
}

/** Undefined when even the list of segments is cut off. */
function endOfSegments(file: number, header: Buffer): number | undefined {
  const entryBytes = header.readUInt16LE(elf.programHeaderBytes);
  const table = readBytes(file, Number(header.readBigUInt64LE(elf.programHeaders)), entryBytes * header.readUInt16LE(elf.programHeaderCount));
  if (table.length < entryBytes * header.readUInt16LE(elf.programHeaderCount)) return undefined;
  let end = 0;
  for (let at = 0; at < table.length; at += entryBytes) {
    if (table.readUInt32LE(at) !== loadableSegment) continue;
    end = Math.max(end, Number(table.readBigUInt64LE(at + elf.segmentOffset) + table.readBigUInt64LE(at + elf.segmentBytes)));
  }
  return end;
}

function readBytes(file: number, position: number, count: number): Buffer {
  const bytes = Buffer.alloc(count);
  return bytes.subarray(0, readSync(file, bytes, 0, count, position));
}
