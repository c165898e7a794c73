import type * as tf from '@tensorflow/tfjs';

/** What a backend derived from tfjs's CPU backend knows of a tensor: its numbers, and where else they lie. */
export interface StoredData<Place> {
  readonly values: tf.backend_util.BackendValues;
  /** Undefined for tensors that were made in JavaScript and nowhere else yet. */
  place?: Place;
}

/** A tensor whose numbers came to be elsewhere, and come to JavaScript when somebody reads them. */
export class PlacedEntry<Place> implements StoredData<Place> {
  readonly dtype = 'float32';
  refCount = 1;
  place?: Place;
  readonly #download: (place: Place) => Float32Array;
  #values?: Float32Array;

  constructor(place: Place, download: (place: Place) => Float32Array) {
    this.place = place;
    this.#download = download;
  }

  get values(): Float32Array {
    return this.#values ??= this.#download(this.place!);
  }
}
