import { z } from 'zod';
import { InputError } from '../../base/errors.ts';
import type { Block } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import { getSpace } from '../../spaces/index.ts';
import { blockOfKey } from '../lut/keys.ts';

const network = {
  space: z.string().min(1).max(100),
  /** In the space's JSON form. */
  arch: z.json(),
  resolution: z.int().positive().max(10_000),
  classes: z.int().positive().max(1_000_000),
};

/**
 * Which architecture or block a measured file is of. Blocks are never described here: they are parts of a network that
 * its space lowers, or entries of a published table.
 */
export const subjectSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('network'), ...network }),
  /** Some blocks of a network, alone: a probe. */
  z.strictObject({ kind: z.literal('blocks'), ...network, blocks: z.array(z.string().min(1)).min(1) }),
  /** A block by its key in tables of nn-Meter (lut/keys.ts). */
  z.strictObject({ kind: z.literal('tableEntry'), key: z.string().min(1).max(200) }),
  /** A file of which only the bytes are known. */
  z.strictObject({ kind: z.literal('unknown') }),
]);
export type Subject = z.infer<typeof subjectSchema>;

/** The network that a subject is or is part of. @throws InputError `unknown-space`, `invalid-architecture` */
export function networkOf({ space: id, arch, resolution, classes }: Extract<Subject, { space: string }>): Network {
  const space = getSpace(id);
  return space.lower(space.parse(arch), { resolution, classes });
}

/**
 * The blocks that were measured, in execution order; undefined where nothing is known about the file.
 * @throws InputError `unknown-space`, `invalid-architecture`, `unknown-block` or `unknown-block-key`
 */
export function blocksOf(subject: Subject): readonly Block[] | undefined {
  switch (subject.kind) {
    case 'network': return networkOf(subject).blocks;
    case 'blocks': {
      const { blocks } = networkOf(subject);
      return subject.blocks.map((name) => blocks.find((block) => block.name === name) ?? missing(name, blocks));
    }
    case 'tableEntry': return [blockOfKey(subject.key)];
    case 'unknown': return undefined;
  }
}

function missing(name: string, blocks: readonly Block[]): never {
  throw new InputError('unknown-block', `The network has no block "${name}"; its blocks are ${blocks.map((block) => block.name).join(', ')}.`);
}
