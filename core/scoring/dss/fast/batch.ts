import type { Address } from '../../../engine/wasm/arena.ts';
import type { Block } from '../../../network/blocks.ts';
import type { ReducedBlock, ReducedNetwork } from '../classes/reduce.ts';
import type { TokenClasses } from '../classes/tokenClasses.ts';
import type { DssTerms } from '../terms.ts';
import type { FastDevice } from './device.ts';
import type { Group, Member, Pass } from './group.ts';
import { operationOf } from './operations.ts';
import { shapeKey } from './shapeKey.ts';
import type { BlockShare } from './shares.ts';

/** Terms of one network, and the multiply-accumulates that they took. */
export interface FastDss extends DssTerms {
  readonly macs: number;
  /**
   * How far learned positions set tokens of a class apart, relative to how far a token's channels are apart, in root mean
   * squares: the one thing that classes leave out.
   */
  readonly positionSpread: number;
}

/** What networks are run with. */
export interface BatchWeights {
  /** Places of the blocks, by name, in a network that contains all others. */
  readonly order: ReadonlyMap<string, number>;
  /** Valid until the next call. */
  shareOf(block: Block, key: string): BlockShare;
  weightNorm(share: BlockShare, names: readonly string[]): number;
}

/** A group that has run forward. */
interface Done {
  readonly group: RunningGroup;
  readonly block: Block;
  readonly pass: Pass;
}

interface RunningGroup extends Group {
  share: BlockShare;
  readonly key: string;
}

/** A network's block at a step. */
interface Entry {
  readonly reduced: ReducedBlock;
  readonly network: number;
}

/**
 * Networks that go through together, forward and backward, block by block in the order of their supernet. What flows
 * between blocks lies in one array, with a place for each network.
 */
export class Batch {
  readonly #device: FastDevice;
  readonly #weights: BatchWeights;
  /** For each block of the supernet, the networks that have it. */
  readonly #steps: readonly (readonly Entry[])[];
  readonly #results: { -readonly [name in keyof FastDss]: FastDss[name] }[];
  readonly #flow: Address;
  /** Float32 between the places of two networks. */
  readonly #stride: number;

  /** @throws RangeError when a network is not a part of the one that the weights are of */
  constructor(device: FastDevice, weights: BatchWeights, networks: readonly ReducedNetwork[]) {
    this.#device = device;
    this.#weights = weights;
    this.#steps = stepsOf(networks, weights.order);
    this.#results = networks.map(() => ({ qkv: 0, project: 0, mlp: 0, macs: 0, positionSpread: 0 }));
    this.#stride = networks.reduce((most, { blocks }) =>
      blocks.reduce((size, { block, output }) => Math.max(size, output.counts.length * block.output.channels), most), 0);
    this.#flow = device.arena.allocate(networks.length * this.#stride);
  }

  /** Once. @returns the terms, in the order of the networks */
  run(): FastDss[] {
    const { arena } = this.#device;
    const done: Done[] = [];
    for (const entries of this.#steps) {
      for (const [key, alike] of keyed(entries)) done.push(this.#forward(key, alike));
    }
    for (const { group, block, pass } of done.reverse()) {
      group.share = this.#weights.shareOf(block, group.key);
      const gradient = this.#gather(group.outputRows, block.output.channels, group.members.map((m) => [m.network, m.firstOutputRow, m.reduced.output]));
      const ofInput = pass.backward(gradient);
      arena.free(gradient);
      if (ofInput === undefined) continue;
      this.#scatter(ofInput, block.input.channels, group.members.map((m) => [m.network, m.firstRow, m.reduced.input]));
      arena.free(ofInput);
    }
    arena.free(this.#flow);
    return this.#results;
  }

  #forward(key: string, entries: readonly Entry[]): Done {
    const { arena } = this.#device;
    const { block } = entries[0].reduced;
    const group = this.#group(block, key, entries);
    const x = this.#gather(group.rows, block.input.channels, group.members.map((m) => [m.network, m.firstRow, m.reduced.input]));
    const pass = operationOf(block)(group, block, x);
    this.#scatter(pass.y, block.output.channels, group.members.map((m) => [m.network, m.firstOutputRow, m.reduced.output]));
    arena.free(pass.y);
    return { group, block, pass };
  }

  #group(block: Block, key: string, entries: readonly Entry[]): RunningGroup {
    let [rows, outputRows] = [0, 0];
    const members = entries.map(({ network, reduced }): Member => {
      const member = { network, reduced, firstRow: rows, firstOutputRow: outputRows };
      rows += reduced.input.counts.length;
      outputRows += reduced.output.counts.length;
      return member;
    });
    const results = this.#results;
    const weights = this.#weights;
    return {
      device: this.#device, members, rows, outputRows, key, share: weights.shareOf(block, key),
      weightNorm(names) { return weights.weightNorm(this.share, names); },
      add(network, term, value) { results[network][term] += value; },
      setPositionSpread(network, spread) { results[network].positionSpread = spread; },
      countMacs(macs, side = 'input') {
        for (const member of members) {
          results[member.network].macs += typeof macs === 'function' ? macs(member) : macs * member.reduced[side].counts.length;
        }
      },
    };
  }

  /** Rows of several networks in new memory. */
  #gather(rows: number, channels: number, places: readonly (readonly [network: number, firstRow: number, classes: TokenClasses])[]): Address {
    const to = this.#device.arena.allocate(rows * channels);
    this.#copy(places, channels, (at, row, bytes, memory) => memory.copyWithin(to + row, at, at + bytes));
    return to;
  }

  #scatter(from: Address, channels: number, places: readonly (readonly [network: number, firstRow: number, classes: TokenClasses])[]): void {
    this.#copy(places, channels, (at, row, bytes, memory) => memory.copyWithin(at, from + row, from + row + bytes));
  }

  #copy(
    places: readonly (readonly [network: number, firstRow: number, classes: TokenClasses])[], channels: number,
    copy: (at: Address, row: number, bytes: number, memory: Uint8Array) => void,
  ): void {
    const memory = new Uint8Array(this.#device.arena.memory.buffer);
    for (const [network, firstRow, { counts }] of places) {
      copy(this.#flow + 4 * network * this.#stride, 4 * firstRow * channels, 4 * counts.length * channels, memory);
    }
  }
}

function stepsOf(networks: readonly ReducedNetwork[], order: ReadonlyMap<string, number>): Entry[][] {
  const steps: Entry[][] = Array.from({ length: order.size }, () => []);
  for (const [network, { blocks }] of networks.entries()) {
    for (const reduced of blocks) {
      const step = order.get(reduced.block.name);
      if (step === undefined) throw new RangeError(`The supernet has no block "${reduced.block.name}".`);
      steps[step].push({ reduced, network });
    }
  }
  return steps;
}

/** Entries by the shape of their block. */
function keyed(entries: readonly Entry[]): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = shapeKey(entry.reduced.block);
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return groups;
}
