import type { ChainInput, Engine, ResidentTraining } from '../engine/engine.ts';
import { trainingChain } from '../model/backpropagate.ts';
import { SubnetView } from '../model/subnet.ts';
import type { Weights } from '../model/weights.ts';
import { updateGraph, updateNumbers, type UpdateSettings } from './updateGraph.ts';
import { decayRanges, type DecaySettings } from './weightDecay.ts';

/** Trains one network with AdamW, its weights and optimizer state staying in the engine's memory from step to step. */
export class ResidentTrainer {
  readonly #training: ResidentTraining;
  readonly #settings: UpdateSettings;
  #step = 0;

  /** @throws RangeError when the engine has no memory of its own (`Engine.keepResident`) */
  constructor(engine: Engine, weights: Weights, settings: UpdateSettings & DecaySettings) {
    if (!engine.keepResident) throw new RangeError(`The engine "${engine.info.id}" keeps no parameters.`);
    const whole = new SubnetView(weights, weights.network);
    const decayed = new Float32Array(weights.trainable.length);
    for (const { decay, offset, length } of decayRanges(weights, settings)) if (decay) decayed.fill(1, offset, offset + length);
    const start = { parameters: weights.trainable, ...(settings.averageDecay === undefined ? {} : { average: weights.trainable }) };
    const links = trainingChain(weights.network, (key) => whole.shareOf(key));
    this.#settings = settings;
    this.#training = engine.keepResident(links, updateGraph(settings), start, decayed);
  }

  /** Steps done. */
  get stepsDone(): number {
    return this.#step;
  }

  /**
   * @param images [batch, 3, resolution, resolution]
   * @param gradientOf given the logits [batch, classes], the loss's gradient at them
   */
  step(images: ChainInput, learningRate: number, gradientOf: (logits: Float32Array) => Float32Array): void {
    this.#training.step(images, updateNumbers(this.#settings, this.#step + 1, learningRate), gradientOf);
    this.#step++;
  }

  /** The trainable numbers as they are now, in the order of `Weights.trainable`. */
  parameters(): Float32Array {
    return this.#training.read('parameters');
  }

  /** Their moving average. @throws RangeError when the settings ask for none */
  average(): Float32Array {
    return this.#training.read('average');
  }

  dispose(): void {
    this.#training.dispose();
  }
}
