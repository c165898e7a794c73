import type { MbConvBlock } from '../blocks.ts';
import { batchNorm, batchNormParameters, type BlockDefinition, type ParameterDefinition } from '../definition.ts';
import { activate, activationVariant } from './activation.ts';

const expands = (block: MbConvBlock) => block.expandRatio !== 1;
const squeezes = (block: MbConvBlock) => block.squeezeChannels > 0;
/** Whether the input is added to what the branch makes of it, as it is or pooled and projected. */
const hasShortcut = (block: MbConvBlock) => block.shortcut !== 'identity' || (block.stride === 1 && block.input.channels === block.output.channels);
const projectsShortcut = (block: MbConvBlock) =>
  block.shortcut !== 'identity' && (block.input.channels !== block.output.channels || block.sharesShortcut === true);
/** Without a projection the shortcut needs as many outputs as inputs, and the graph says so. */
const outputs = (block: MbConvBlock) => (projectsShortcut(block) || !hasShortcut(block) ? 'outputs' : 'inputs');
/** A branch beside a shortcut that is always there starts at zero. */
const startsAtZero = (block: MbConvBlock) => block.stride === 1 && block.shortcut !== 'identity';
/** Only halving depends on it; blocks that keep the size have one graph, whichever was built first. */
const oddSize = (block: MbConvBlock) => block.stride === 2 && block.input.height % 2 === 1;

/** Sandler et al. 2018 with Hu et al. 2018; details as ElasticViT's released code has them. */
export const mbconv: BlockDefinition<MbConvBlock> = {
  variant: (block) => [
    `k${block.kernelSize}`, `s${block.stride}`, `odd${oddSize(block)}`, `expand${expands(block)}`,
    `se${squeezes(block)}`, `shortcut${hasShortcut(block) ? projectsShortcut(block) : 'None'}`,
  ].join(' ') + activationVariant(block),
  inputDims: () => ['B', 'inputs', 'H', 'W'],
  sizes: (block) => ({
    inputs: block.input.channels, hidden: block.hiddenChannels, squeezed: block.squeezeChannels,
    outputs: block.output.channels,
  }),
  parameters(block) {
    const hidden = expands(block) ? 'hidden' : 'inputs';
    const parameters: ParameterDefinition[] = [];
    if (expands(block)) {
      parameters.push({ name: 'expand.weight', dims: [hidden, 'inputs', 1, 1], init: 'fanIn' },
        ...batchNormParameters('expand', hidden));
    }
    parameters.push({
      name: 'depthwise.weight', dims: [hidden, 1, block.kernelSize, block.kernelSize], init: 'fanIn',
      slice: ['first', 'first', 'centre', 'centre'],
    }, ...batchNormParameters('depthwise', hidden));
    if (squeezes(block)) {
      parameters.push(
        { name: 'squeeze.weight', dims: ['squeezed', hidden, 1, 1], init: 'fanIn' },
        { name: 'squeeze.bias', dims: ['squeezed'], init: 'zeros' },
        { name: 'excite.weight', dims: [hidden, 'squeezed', 1, 1], init: 'fanIn' },
        { name: 'excite.bias', dims: [hidden], init: 'zeros' },
      );
    }
    parameters.push({ name: 'project.weight', dims: [outputs(block), hidden, 1, 1], init: 'fanIn' },
      ...batchNormParameters('project', outputs(block), startsAtZero(block) ? 'zeros' : 'ones'));
    if (projectsShortcut(block)) {
      parameters.push({ name: 'shortcut.weight', dims: ['outputs', 'inputs', 1, 1], init: 'fanIn' });
    }
    return parameters;
  },
  residual: (block) => (block.stride === 1 && hasShortcut(block) && !projectsShortcut(block) ? ['project.scale', 'project.bias'] : undefined),
  build(block, graph) {
    const activated = (y: string, name: string) => activate(graph, batchNorm(graph, y, name), block);
    let y = 'x';
    if (expands(block)) y = activated(graph.conv(y, 'expand.weight'), 'expand');
    y = activated(graph.conv(y, 'depthwise.weight', { stride: block.stride, depthwise: true, oddSize: oddSize(block) }), 'depthwise');
    if (squeezes(block)) {
      const squeezed = graph.add('Relu', [graph.conv(graph.mean(y, [2, 3]), 'squeeze.weight', { bias: 'squeeze.bias' })]);
      y = graph.mul(y, graph.add('HardSigmoid', [graph.conv(squeezed, 'excite.weight', { bias: 'excite.bias' })]));
    }
    y = batchNorm(graph, graph.conv(y, 'project.weight'), 'project');
    if (!hasShortcut(block)) return y;
    let shortcut = 'x';
    if (block.stride === 2) shortcut = graph.add('AveragePool', [shortcut], { oddSize: Number(oddSize(block)) });
    if (projectsShortcut(block)) shortcut = graph.conv(shortcut, 'shortcut.weight');
    return graph.plus(y, shortcut);
  },
};
