/**
 * The block that each kernel of a run belongs to, or undefined. Files of ours name a block's nodes and values after it
 * (core/export/names.ts), and what the runtime makes of a node keeps that beginning: `BLOCK/expand_nchwc`,
 * `BLOCK/project/MatMulAddFusion`. Kernels with a name of their own, such as fused activations (`Gelu_token_3`), reshapes
 * (`gemm_input_reshape`) and changes of layout (`ReorderOutput`), belong to the block that runs both before and after them; at the border of two
 * blocks they belong to neither.
 * @param kernels names in the order of execution, one after the other
 */
export function blockOfKernels(kernels: readonly string[], blocks: readonly string[]): (string | undefined)[] {
  const known = new Set(blocks);
  const named = kernels.map((kernel) => namedAfter(kernel, known));
  let before: string | undefined;
  const previous = named.map((block) => (before = block ?? before));
  let after: string | undefined;
  const following = named.map((_, i) => (after = named[named.length - 1 - i] ?? after)).reverse();
  return named.map((block, i) => block ?? (previous[i] === following[i] ? previous[i] : undefined));
}

/** Block names hold no slash; what follows the first one is the node's own. */
function namedAfter(kernel: string, blocks: ReadonlySet<string>): string | undefined {
  const slash = kernel.indexOf('/');
  const beginning = slash < 0 ? kernel : kernel.slice(0, slash);
  if (blocks.has(beginning)) return beginning;
  return slash < 0 ? undefined : [...blocks].find((block) => kernel.startsWith(`${block}/`));
}
