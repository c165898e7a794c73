import * as tf from '@tensorflow/tfjs';
import type { Engine, GradientLink } from '../engine/engine.ts';
import { gradientGraph } from '../graph/gradient.ts';
import type { Graph } from '../graph/graph.ts';
import { graphMacs } from '../graph/macs.ts';
import { blockJets, sizesOf, type Jets } from '../model/directional.ts';
import { modeGraph } from '../model/forward.ts';
import { forwardLink, imageTensor, type ImageBatch } from '../model/inference.ts';
import type { Weights } from '../model/weights.ts';
import type { Block } from '../network/blocks.ts';
import { blockParameters, blockSizes } from '../network/blockGraph.ts';
import { blockLayers } from '../network/layers.ts';
import type { Network } from '../network/network.ts';

/** Numbers of a gradient that one product in single precision sums up; such sums are added in double precision. */
const chunkLength = 4096;

/**
 * The kernel of an image's gradients with every other's, Theta = G G' (Jacot et al. 2018), each gradient that of the sum of
 * one image's outputs. Block by block from the last, image by image: what is kept are the inputs of blocks and the gradients
 * of one block.
 *
 * @param weights with the running statistics that batch norms use; they count as constants, so that images do not mix
 * @param wanted parameters of a block that the gradient is taken of: by default the weights of all linear layers and convolutions
 * @returns [count x count]
 */
export function gradientKernel(
  engine: Engine, network: Network, weights: Weights, images: ImageBatch, wanted: (block: Block) => readonly string[] = layerWeights,
): Float64Array {
  const { count } = images;
  if (engine.gradientProducts) {
    const links = network.blocks.map((block, i): GradientLink => ({
      ...forwardLink(block, weights), gradient: blockGradient(block, withInput(wanted(block), i > 0)), wanted: wanted(block),
    }));
    return engine.gradientProducts(links, { shape: [count, 3, images.size, images.size], data: images.pixels });
  }
  const kernel = new Float64Array(count * count);
  tf.tidy(() => {
    const parameters = (key: string) => ({ value: tf.tensor(weights.view(key), [...weights.placed(key).shape]) });
    const feedsOf = (block: Block, x: tf.Tensor) => blockJets(block, modeGraph(block, 'inference'), parameters, { value: x });
    const inputs: tf.Tensor[][] = [tf.split(imageTensor(images), count)];
    for (const block of network.blocks.slice(0, -1)) {
      const graph = modeGraph(block, 'inference');
      inputs.push(inputs.at(-1)!.map((x) => tf.tidy(() => run(engine, graph, feedsOf(block, x))[0])));
    }
    const outputs = network.blocks.at(-1)!.output.channels;
    let upstream = Array.from({ length: count }, () => tf.ones([1, outputs]));
    for (const [i, block] of [...network.blocks.entries()].reverse()) {
      const weightNames = wanted(block);
      const graph = blockGradient(block, withInput(weightNames, i > 0));
      const sum = new GradientProducts(count);
      upstream = inputs[i].map((x, image) => tf.tidy(() => {
        const feeds = { ...feedsOf(block, x), [graph.inputs.at(-1)!]: { value: upstream[image] } };
        const gradients = run(engine, graph, feeds);
        sum.add(image, gradients.slice(0, weightNames.length).map((gradient) => gradient.dataSync() as Float32Array));
        return gradients.at(-1)!;
      }));
      sum.addTo(kernel);
      tf.dispose(inputs[i]);
    }
  });
  return kernel;
}

/** Multiply-accumulates of that: a pass forward, another one with a pass backward block by block, and the products of gradients. */
export function gradientKernelMacs(network: Network, images: number, wanted: (block: Block) => readonly string[] = layerWeights): number {
  return network.blocks.reduce((sum, block, i) => {
    const sizes = blockSizes(block).set('B', 1);
    const names = wanted(block);
    const graph = modeGraph(block, 'inference');
    const length = blockParameters(block).filter(({ name }) => names.includes(name)).reduce((total, { shape }) => total + shape.reduce((size, dim) => size * dim, 1), 0);
    const passes = graphMacs(graph, sizes) + graphMacs(blockGradient(block, withInput(names, i > 0)), sizes);
    return sum + images * passes + images * (images + 1) / 2 * length;
  }, 0);
}

const layerWeights = (block: Block) => blockLayers(block).flatMap((layer) => layer.weights.map(({ name }) => name));

/** Nobody wants the gradient of the images. */
const withInput = (names: readonly string[], wantsInput: boolean) => (wantsInput ? [...names, 'x'] : names);

function run(engine: Engine, graph: Graph, feeds: Jets): tf.Tensor[] {
  const tensors = Object.fromEntries(Object.entries(feeds).map(([name, { value }]) => [name, value]));
  return engine.evaluate(graph, tensors, sizesOf(graph, feeds));
}

const gradientGraphs = new WeakMap<Graph, Map<string, Graph>>();

/** From a block's feeds and its output's gradient to the gradients of `wrt`. */
function blockGradient(block: Block, wrt: readonly string[]): Graph {
  const graph = modeGraph(block, 'inference');
  let known = gradientGraphs.get(graph);
  if (!known) gradientGraphs.set(graph, known = new Map());
  const key = wrt.join();
  let made = known.get(key);
  if (!made) known.set(key, made = gradientGraph(graph, graph.outputs[0], wrt));
  return made;
}

/** Products of the gradients of one block. */
class GradientProducts {
  readonly #count: number;
  #chunks: Float32Array | undefined;

  constructor(count: number) {
    this.#count = count;
  }

  /** Gradients of one image, laid out so that a chunk of all images is one matrix: [chunks, images, chunkLength]. */
  add(image: number, gradients: readonly Float32Array[]): void {
    const length = gradients.reduce((sum, values) => sum + values.length, 0);
    this.#chunks ??= new Float32Array(Math.ceil(length / chunkLength) * this.#count * chunkLength);
    let at = 0;
    for (const values of gradients) {
      for (let from = 0; from < values.length;) {
        const within = at % chunkLength;
        const taken = Math.min(chunkLength - within, values.length - from);
        const row = (Math.floor(at / chunkLength) * this.#count + image) * chunkLength;
        this.#chunks.set(values.subarray(from, from + taken), row + within);
        from += taken;
        at += taken;
      }
    }
  }

  addTo(kernel: Float64Array): void {
    if (!this.#chunks) return;
    const chunks = this.#chunks;
    const products = tf.tidy(() => {
      const matrices = tf.tensor3d(chunks, [chunks.length / this.#count / chunkLength, this.#count, chunkLength]);
      return tf.matMul(matrices, matrices, false, true).dataSync() as Float32Array;
    });
    for (let i = 0; i < products.length; i++) kernel[i % kernel.length] += products[i];
  }
}
