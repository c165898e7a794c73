import type { Tensor } from 'onnxruntime-common';
import { messageOf } from '../../base/errors.ts';
import { encodeModel, type OnnxModel } from '../../graph/onnx/model.ts';
import { createSession, type NativeSession, type SessionOptions } from './binding.ts';

/** Smaller results are copied faster than an error is made. */
const worthStopping = 2 ** 16;
const stopper = 'stopper';
/** What the binding says of a result that JavaScript has no array for: the type is ONNX's number for bfloat16. */
const refusal = /^Tensor type \(16\) is not supported/;
const bfloat16 = 16;

/**
 * A session that writes its results to given memory, once. The binding of onnxruntime-node 1.30 writes them there too, but
 * then copies each into new memory of JavaScript's, which costs more than many of the operators: page after page is
 * touched for the first time, and collected again. It turns results into JavaScript's in the order in which the model
 * declares them, and gives up at the first that it cannot turn. So each model declares such a one in front.
 */
export class InPlaceSession {
  readonly #session: NativeSession;

  constructor(model: OnnxModel, options: SessionOptions) {
    this.#session = createSession(encodeModel(withStopper(model)), options);
  }

  /** @param results for every output of the model, where to write it */
  run(feeds: Record<string, Tensor>, results: Record<string, Tensor>): void {
    let elements = 0;
    for (const name in results) elements += results[name].size;
    if (4 * elements < worthStopping) {
      this.#session.run(feeds, results, {});
      return;
    }
    try {
      this.#session.run(feeds, { [stopper]: null, ...results }, {});
    } catch (error) {
      if (!refusal.test(messageOf(error))) throw error;
    }
  }

  dispose(): void {
    this.#session.dispose();
  }
}

function withStopper(model: OnnxModel): OnnxModel {
  const constant = `${stopper}.constant`;
  return {
    ...model,
    initializers: [...model.initializers, { name: constant, dims: [1], data: Float32Array.of(0) }],
    nodes: [...model.nodes, { name: stopper, operator: 'Cast', inputs: [constant], outputs: [stopper], attributes: { to: bfloat16 } }],
    outputs: [{ name: stopper, dtype: 'bfloat16', dims: [1] }, ...model.outputs],
  };
}
