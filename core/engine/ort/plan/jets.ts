import { product, type Dim } from '../../../graph/dims.ts';
import type { GraphNode, Operator } from '../../../graph/graph.ts';
import { batch, partsOfImage } from '../../../graph/jets/stack.ts';
import type { Emitter } from './elementwise.ts';
import type { Planner } from './planner.ts';
import { followingSum, isDeclared, repeatedRow } from './tokens.ts';

/** Operators on tokens stacked with their derivatives (graph/jets): [components x batch x parts, ...] in the order of the axes. */

const componentsOf = (node: GraphNode) => Number(node.attributes.components);

/** Rows of each component of an image, for a row that is added to the values. */
function shiftedRows(node: GraphNode, planner: Planner): { rows: Dim; length: Dim } | undefined {
  const [x, shift] = node.inputs;
  const dims = planner.dims(node.outputs[0]);
  const repeated = [x, shift].every((name) => isDeclared(planner, name)) ? repeatedRow(dims, planner.dims(shift)) : undefined;
  return repeated && { rows: product(partsOfImage(dims, componentsOf(node)), repeated.rowsOfImage), length: repeated.length };
}

/** A bias for the values, and the residual behind it for values and derivatives. */
const jetAdd: Emitter = (node, planner) => {
  const shifted = shiftedRows(node, planner);
  if (!shifted) return false;
  const { rows, length } = shifted;
  const components = componentsOf(node);
  const [x, row] = node.inputs.map((name) => planner.read(name, 'declared'));
  const following = followingSum(planner, node.outputs[0]);
  const residual = following && planner.read(following.other, 'declared');
  const y = planner.write(following?.output ?? node.outputs[0], 'declared');
  planner.channelwise(batch, residual ? [x, residual] : [x], [y], ({ kernels, address, start, channels, copy, size }) => {
    const part = size(rows) * size(length);
    for (let image = 0; image < channels; image++) {
      const [value, derivatives] = [4 * image * components * part, 4 * (image * components + 1) * part];
      const others = (components - 1) * part;
      if (residual) {
        kernels.addBiasTo(address(x) + value, start(row), address(residual) + value, address(y) + value, size(rows), size(length));
        kernels.add(address(x) + derivatives, address(residual) + derivatives, address(y) + derivatives, others);
      } else {
        kernels.addColumns(address(x) + value, start(row), address(y) + value, size(rows), size(length));
        copy(address(x) + derivatives, address(y) + derivatives, others);
      }
    }
  }, undefined, [row]);
  return true;
};

/** A layer's bias and activation in one walk. */
const jetGelu: Emitter = (node, planner) => {
  const sum = planner.producer(node.inputs[0]);
  const shifted = sum?.operator === 'JetAdd' ? shiftedRows(sum, planner) : undefined;
  if (!sum || !shifted || planner.dims(sum.inputs[1]).length !== 1) return false;
  const { rows, length } = shifted;
  const [x, bias] = sum.inputs.map((name) => planner.read(name, 'declared'));
  const y = planner.write(node.outputs[0], 'declared');
  planner.channelwise(batch, [x], [y], ({ kernels, address, start, channels, size }) =>
    kernels[`jetGelu${componentsOf(node)}`](address(x), start(bias), address(y), channels, size(rows), size(length)), undefined, [bias]);
  return true;
};

export const jetEmitters: Readonly<Partial<Record<Operator, Emitter>>> = {
  JetAdd: jetAdd,
  JetGelu: jetGelu,
};
