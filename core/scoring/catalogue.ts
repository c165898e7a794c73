import { InputError } from '../base/errors.ts';
import { noiseBatch, ntkBatch, oneImageOfOnes } from './defaultInputs.ts';
import type { ProxyDescription } from './proxy.ts';

/** Every proxy, described; `proxies.ts` has what computes them. Apart, because help and pickers only need this. */
export const proxyCatalogue = {
  params: {
    title: 'Parameters', direction: 'higher', needs: 'nothing', usesEngine: false,
    summary: 'Trainable parameters.',
  },
  macs: {
    title: 'MACs', direction: 'higher', needs: 'nothing', usesEngine: false,
    summary: 'Multiply-accumulates of one forward pass of one image.',
  },
  depth: {
    title: 'Depth', direction: 'higher', needs: 'nothing', usesEngine: false,
    summary: 'Number of attention blocks.',
  },
  'mlp-ratios': {
    title: 'Sum of MLP ratios', direction: 'higher', needs: 'nothing', usesEngine: false,
    summary: 'Sum of the MLP ratios of all MLP blocks.',
  },
  dss: {
    title: 'DSS', direction: 'higher', needs: 'weights', usesEngine: true,
    summary: "TF-TAS's DSS-indicator as its paper defines it, with one token in place of all equal ones: within 1 % of the literal form, "
      + 'thousands of architectures a second.',
  },
  'dss-released': {
    title: 'DSS as released', direction: 'higher', needs: 'weights', usesEngine: true,
    summary: "What TF-TAS's released code computes, by the same shortcut: signed weights, and of attention only the output projections count.",
  },
  'dss-mean-field': {
    title: 'DSS, expected', direction: 'higher', needs: 'nothing', usesEngine: false,
    summary: 'What the DSS-indicator is expected to be over all weights that could be drawn, from the block list alone: no seed changes it.',
  },
  'mixing-capacity': {
    title: 'Mixing capacity', direction: 'higher', needs: 'nothing', usesEngine: false,
    summary: 'Sum over all blocks of width x log2(positions that an output reads): in how many ways, in bits, features can be filled from positions.',
  },
  'dss-literal': {
    title: 'DSS (literal)', direction: 'higher', needs: 'images', input: oneImageOfOnes, usesEngine: true,
    summary: "TF-TAS's DSS-indicator as its paper defines it: with absolute weights, nuclear norms of weight times gradient over attention's "
      + "linear layers, plus the MLPs' saliency.",
  },
  'dss-released-literal': {
    title: 'DSS as released (literal)', direction: 'higher', needs: 'images', input: oneImageOfOnes, usesEngine: true,
    summary: "What TF-TAS's released code computes: signed weights, and of attention only the output projections count.",
  },
  'dss-msa': {
    title: 'DSS, attention half', direction: 'higher', needs: 'weights', usesEngine: true,
    summary: "The DSS-indicator's synaptic diversity: nuclear norms of weight times gradient over attention's linear layers.",
  },
  'dss-mlp': {
    title: 'DSS, MLP half', direction: 'higher', needs: 'weights', usesEngine: true,
    summary: "The DSS-indicator's synaptic saliency: |weight x gradient| summed over the MLPs' linear layers.",
  },
  snip: {
    title: 'SNIP', direction: 'higher', needs: 'labels', input: noiseBatch, usesEngine: true,
    summary: "|weight x gradient of the loss| summed over the weights of all layers: what the loss would lose without them.",
  },
  grasp: {
    title: 'GraSP', direction: 'higher', needs: 'labels', input: noiseBatch, usesEngine: true,
    summary: "Minus the sum of weight x (Hessian x gradient) over the weights of all layers: how removing them would change the gradient's norm.",
  },
  naswot: {
    title: 'NASWOT', direction: 'higher', needs: 'images', input: noiseBatch, usesEngine: true,
    summary: 'Log-determinant of the kernel that counts, for every two images, the activations that take both on the same side.',
  },
  'te-score': {
    title: 'TE-score', direction: 'higher', needs: 'images', input: noiseBatch, usesEngine: true,
    summary: "Minus the condition number of the neural tangent kernel, as TF-TAS's code has it.",
  },
  'grad-norm': {
    title: 'Gradient norm', direction: 'higher', needs: 'labels', input: noiseBatch, usesEngine: true,
    summary: "Sum over all layers of the Euclidean norm of the loss's gradient.",
  },
  synflow: {
    title: 'SynFlow', direction: 'higher', needs: 'images', input: oneImageOfOnes, usesEngine: true,
    summary: '|weight x gradient| summed over all layers, with absolute parameters, an image of ones and the sum of the logits as loss.',
  },
  'nuclear-norm': {
    title: 'Nuclear norms', direction: 'higher', needs: 'weights', usesEngine: false,
    summary: 'Sum of the nuclear norms of all weight matrices, which knows neither data nor gradients.',
  },
  length: {
    title: 'Length distortion', direction: 'higher', needs: 'weights', drawsOwnWeights: true, usesEngine: true,
    summary: "As-ViT's length of the features' curve while the input goes round a unit circle, without norms, as released: "
      + "the speed summed over ten angles, mean of five networks.",
  },
  curvature: {
    title: 'Curvature', direction: 'lower', needs: 'weights', drawsOwnWeights: true, usesEngine: true,
    summary: "As-ViT's curvature of the features' curve, as released, which is the paper's formula without norms: close to "
      + "one over the speed for networks that are nearly linear.",
  },
  'curvature-length': {
    title: 'Curvature-aware length', direction: 'higher', needs: 'weights', drawsOwnWeights: true, usesEngine: true,
    summary: "How fast the direction of the features' curve turns, summed over the circle, without norms: curvature times speed.",
  },
  'curvature-length-released': {
    title: 'Curvature-aware length as released', direction: 'higher', needs: 'weights', drawsOwnWeights: true, usesEngine: true,
    summary: "What As-ViT's released code computes in its place: acceleration over speed, of which the part along the curve "
      + "is not taken away.",
  },
  'length-paper': {
    title: "Length distortion by the paper's text", direction: 'higher', needs: 'weights', drawsOwnWeights: true, usesEngine: true,
    summary: "As-ViT's length as the paper prints it: the root of the speed, random angles, a circle through images of "
      + "noise's size, norms in place.",
  },
  'curvature-paper': {
    title: "Curvature by the paper's text", direction: 'lower', needs: 'weights', drawsOwnWeights: true, usesEngine: true,
    summary: "As-ViT's curvature with what the paper's text says: random angles, a circle through images of noise's size, "
      + "norms in place.",
  },
  'curvature-length-paper': {
    title: "Curvature-aware length by the paper's text", direction: 'higher', needs: 'weights', drawsOwnWeights: true, usesEngine: true,
    summary: "As-ViT's curvature-aware length as the paper prints it: the root of how fast the direction turns, random "
      + "angles, norms in place.",
  },
  'length-literal': {
    title: 'Length distortion (literal)', direction: 'higher', needs: 'weights', drawsOwnWeights: true, usesEngine: true,
    summary: 'The released length by reverse mode, one pass for each feature: the reference for the fast form, hundreds of '
      + 'times slower.',
  },
  'curvature-literal': {
    title: 'Curvature (literal)', direction: 'lower', needs: 'weights', drawsOwnWeights: true, usesEngine: true,
    summary: 'The released curvature by reverse mode, one pass for each feature.',
  },
  'curvature-length-literal': {
    title: 'Curvature-aware length (literal)', direction: 'higher', needs: 'weights', drawsOwnWeights: true, usesEngine: true,
    summary: "How fast the direction of the features' curve turns, by reverse mode, one pass for each feature.",
  },
  'length-closed-form': {
    title: 'Length distortion (closed form)', direction: 'higher', needs: 'nothing', usesEngine: false,
    summary: "The released length's expectation, read off the block list: within a few percent, because small residual "
      + "branches add nothing.",
  },
  ntk: {
    title: 'NTK condition number', direction: 'lower', needs: 'images', input: ntkBatch, drawsOwnWeights: true, usesEngine: true,
    summary: "As-ViT's condition number of the kernel of the images' gradients, taken of the features' sum before the last norm, by all "
      + 'weights: mean of five networks.',
  },
  'ntk-literal': {
    title: 'NTK condition number (literal)', direction: 'lower', needs: 'images', input: ntkBatch, drawsOwnWeights: true, usesEngine: true,
    summary: 'The same as released, one pass backward through the batch for each image and all gradients in memory: the reference.',
  },
} as const satisfies Readonly<Record<string, Omit<ProxyDescription, 'id'>>>;

export type ProxyId = keyof typeof proxyCatalogue;

export const proxyIds = Object.keys(proxyCatalogue) as readonly ProxyId[];

/** A name as that of a proxy. @throws InputError `unknown-proxy`, listing the proxies there are */
export function proxyIdOf(name: string): ProxyId {
  const known = proxyIds.find((candidate) => candidate === name);
  if (known === undefined) throw new InputError('unknown-proxy', `No proxy is called "${name}"; known are ${proxyIds.join(', ')}.`);
  return known;
}
