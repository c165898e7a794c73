import { networkParams } from '../../network/blockGraph.ts';
import { networkMacs } from '../../network/counts.ts';
import type { Network } from '../../network/network.ts';
import type { HandoffFacts } from './facts.ts';

const weightsText: Readonly<Record<HandoffFacts['weights'], string>> = {
  untrained: 'untrained, drawn from the seed', inherited: 'inherited from the supernet of the study', given: 'those of the file that was named',
  trained: 'trained',
};

/** What the program is and how it is used, with the exact commands. @param name of the architecture, for people */
export function readmeText(network: Network, facts: HandoffFacts, name: string, recipe: string): string {
  const { resolution, classes, space } = network;
  return `# ${name} (${space}), ${resolution} px, ${classes} classes

${(networkParams(network) / 1e6).toFixed(2)} M parameters, ${(networkMacs(network) / 1e6).toFixed(1)} M multiply-accumulates for an image.
Weights: ${weightsText[facts.weights]}${facts.study === null ? '' : ` (${facts.study})`}. Written by Pocketformer ${facts.pocketformer}; nothing here needs it.

| file | what it is |
|---|---|
| \`model.py\` | the network: a class for each type of block, and \`Network\`, which lists them |
| \`weights.safetensors\` | its weights, called as in the network: \`Network().load_state_dict(read_weights("weights.safetensors"))\` |
| \`check.safetensors\`, \`check.py\` | random images with the logits that Pocketformer computes, and what compares them |
| \`train.py\`, \`train.sh\` | training on one or many GPUs; \`data.py\`, \`augment.py\`, \`optimisation.py\`, \`checkpoints.py\` are its parts |
| \`recipe.json\` | how the network learns; to be edited |
| \`predict.py\` | most likely classes of images |
| \`weights.card.md\`, \`weights.card.json\` | what is known of these weights: a model card, for people and for programs |
| \`handoff.json\` | the architecture, what pixels mean (normalisation), names of classes |

## Use

\`\`\`sh
pip install -r requirements.txt
python check.py
python predict.py weights.safetensors IMAGE.jpg
\`\`\`

\`check.py\` ends with 0 when the logits differ by at most 1e-4 of their scale. An image enters as
\`(value / 255 - mean) / std\`, channels R, G, B, with the mean and std of \`handoff.json\`.

## Train

Images lie in \`DIR/train/<class>/\` and \`DIR/val/<class>/\`, in any format that Pillow reads.

\`\`\`sh
python train.py --data DIR --out RUN                                             # one GPU, or none
torchrun --standalone --nproc_per_node=8 train.py --data DIR --out RUN           # eight GPUs of one machine; the same: sh train.sh --data DIR --out RUN
torchrun --nnodes=4 --nproc_per_node=8 --rdzv_backend=c10d --rdzv_endpoint=HOST:29500 train.py --data DIR --out RUN   # on each of four machines
python train.py --data DIR --out RUN --weights weights.safetensors               # from these weights instead of fresh ones
python train.py --data DIR --out RUN --resume                                    # goes on after the last whole epoch
python train.py --synthetic 2048 --batch-size 256 --epochs 1 --out TRIAL         # how fast is this machine?
\`\`\`

Recipe: ${recipe}. AdamW with decay for what \`DECAYED\` in \`model.py\` lists, cosine with
warm-up, label smoothing, mixup and CutMix, RandAugment, random erasing, stochastic depth, a moving average of the weights, gradient clipping, mixed
precision on GPUs; what is zero or null in \`recipe.json\` is off. The batch is that of all processes together; with another \`--batch-size\` the learning rate
is scaled. Distillation from teachers is not part of it. Images of other classes than the weights' get a fresh classifier. Every epoch adds a line to
\`RUN/log.ndjson\`; \`RUN/best\` and \`RUN/last\` hold the averaged weights with the logits that PyTorch gives.

## Back to Pocketformer

\`\`\`sh
pocketformer import-weights RUN/best --out network.onnx
pocketformer profile network.onnx --on host
\`\`\`

The file is compared with PyTorch's logits before it is written. Weights from elsewhere come back, too, as a safetensors file of \`network.state_dict()\` in a copy
of this folder, as long as names and shapes are those of \`model.py\`.
`;
}
