import * as tf from '@tensorflow/tfjs';
import type { Graph, Operator } from '../graph/graph.ts';
import { blockJets, sizesOf } from '../model/directional.ts';
import { modeGraph } from '../model/forward.ts';
import type { Block } from '../network/blocks.ts';
import type { Network } from '../network/network.ts';
import type { ScoringBatch, ScoringContext } from './proxy.ts';

/** Units whose input's sign says which side of them an image is on. */
const activations: ReadonlySet<Operator> = new Set(['Gelu', 'HardSwish', 'Relu']);

/** Images of one pass. */
const imagesPerPass = 8;

/** Per image, one bit for every activation of the network: whether its input is above zero. */
export interface ActivationCodes {
  readonly images: number;
  /** Activations of the network. */
  readonly units: number;
  /** [parts][images x words]: the codes, in parts for one activation of one block each; bits behind the last one are zero. */
  readonly parts: readonly Uint32Array[];
}

/** Runs the images through the network as it trains, some at a time, and keeps the signs. */
export function activationCodes({ engine }: ScoringContext, network: Network, parameters: (key: string) => tf.Tensor, batch: ScoringBatch): ActivationCodes {
  const parts: Uint32Array[] = [];
  let units = 0;
  const imageLength = 3 * batch.size ** 2;
  for (let first = 0; first < batch.count; first += imagesPerPass) {
    const count = Math.min(imagesPerPass, batch.count - first);
    let part = 0;
    units = 0;
    tf.tidy(() => {
      const pixels = batch.pixels.subarray(first * imageLength, (first + count) * imageLength);
      let x: tf.Tensor = tf.tensor(pixels, [count, 3, batch.size, batch.size]);
      for (const block of network.blocks) {
        x = tf.tidy(() => {
          const graph = activationGraph(block);
          const jets = blockJets(block, graph, (key) => ({ value: parameters(key) }), { value: x });
          const feeds = Object.fromEntries(Object.entries(jets).map(([name, { value }]) => [name, value]));
          const results = engine.evaluate(graph, feeds, sizesOf(graph, jets));
          for (const found of results.slice(1)) {
            const length = found.size / count;
            const words = Math.ceil(length / 32);
            if (first === 0) parts.push(new Uint32Array(batch.count * words));
            packSigns(found.dataSync() as Float32Array, length, parts[part++].subarray(first * words));
            units += length;
          }
          return results[0];
        });
      }
    });
  }
  return { images: batch.count, units, parts };
}

/** Bits in which the codes of two images differ. */
export function hammingDistance({ images, parts }: ActivationCodes, a: number, b: number): number {
  let distance = 0;
  for (const part of parts) {
    const words = part.length / images;
    for (let i = 0, [at, bt] = [a * words, b * words]; i < words; i++) distance += bitsOf(part[at + i] ^ part[bt + i]);
  }
  return distance;
}

function packSigns(values: Float32Array, length: number, into: Uint32Array): void {
  const words = Math.ceil(length / 32);
  for (let i = 0, unit = 0; i < values.length; i++, unit = (unit + 1) % length) {
    if (values[i] > 0) into[Math.floor(i / length) * words + (unit >>> 5)] |= 1 << (unit & 31);
  }
}

/** Population count of 32 bits (Warren, Hacker's Delight, 5-1). */
function bitsOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const quads = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((quads + (quads >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

const graphs = new WeakMap<Graph, Graph>();

/** The block's graph with the inputs of its activations as outputs behind the first. */
function activationGraph(block: Block): Graph {
  const graph = modeGraph(block, 'training');
  let made = graphs.get(graph);
  if (!made) {
    const inputs = graph.nodes.filter(({ operator }) => activations.has(operator)).map((node) => node.inputs[0]);
    graphs.set(graph, made = { ...graph, outputs: [graph.outputs[0], ...inputs] });
  }
  return made;
}
