import type { GraphBuilder } from '../builder.ts';
import { product, quotient, type Dim } from '../dims.ts';
import type { Attribute } from '../graph.ts';

/**
 * Values stacked with their derivatives: dims [components x B x n, ...], in memory [B, components, n, ...], for an axis in
 * front that counts the images and, inside each, n parts such as windows.
 */

/** The symbol of the batch in block graphs. */
export const batch = 'B';

/** Whether the first axis counts images, whatever else. */
export const hasImagesInFront = ([first]: readonly Dim[]) => first !== undefined && quotient(first, batch) !== undefined;

/** A dimension of a value as that of its stack. */
export function stackedDim(dim: Dim, components: number): Dim {
  return quotient(dim, batch) === undefined ? dim : product(components, dim);
}

/** Attributes of an operator, for working on stacks. */
export function stackedAttributes(attributes: Readonly<Record<string, Attribute>>, components: number): Record<string, Attribute> {
  const { shape, ...others } = attributes;
  return shape === undefined ? others : { ...others, shape: (shape as readonly Dim[]).map((dim) => stackedDim(dim, components)) };
}

/** Parts of an image along the first axis of a stack. */
export function partsOfImage(dims: readonly Dim[], components: number): Dim {
  const parts = quotient(dims[0], product(components, batch));
  if (parts === undefined) throw new RangeError(`[${dims.join(', ')}] is no stack of ${components} for each image.`);
  return parts;
}

/** Value and derivatives of a stack, each with dims [B x n, ...]. */
export function unstack(builder: GraphBuilder, stack: string, components: number): string[] {
  const [, ...rest] = builder.dims(stack);
  const parts = partsOfImage(builder.dims(stack), components);
  const split = builder.reshape(stack, [batch, components, parts, ...rest]);
  return Array.from({ length: components }, (_, i) =>
    builder.reshape(builder.slice(split, 1, i, [batch, 1, parts, ...rest]), [product(batch, parts), ...rest]));
}

/** The way back, to a value of the given name if there is one. */
export function stack(builder: GraphBuilder, values: readonly string[], output?: string): string {
  const [first, ...rest] = builder.dims(values[0]);
  const parts = quotient(first, batch);
  if (parts === undefined) throw new RangeError(`[${builder.dims(values[0]).join(', ')}] has no images in front that could be stacked.`);
  const joined = builder.concat(values.map((value) => builder.reshape(value, [batch, 1, parts, ...rest])), 1);
  return builder.add('Reshape', [joined], { shape: [product(values.length, batch, parts), ...rest] }, output);
}
