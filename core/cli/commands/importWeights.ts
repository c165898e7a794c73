import { defineCommand } from '../command.ts';
import { engineOption } from '../commandOptions.ts';
import { batchKind } from '../exportOptions.ts';
import { argument, oneOfChoices, optional, required, text, withDefault } from '../options.ts';
import { sizeText } from '../table.ts';

export const importWeights = defineCommand({
  name: 'import-weights',
  summary: 'Take weights back that a handed-over PyTorch program has trained, as an ONNX file',
  details: 'Reads a safetensors file of the network of "pocketformer handoff", or a folder such as RUN/best of its train.py. Names and shapes must be those of the '
    + 'network; its logits are compared with those that PyTorch wrote beside the weights, and the ONNX file with both. The file is ready for "pocketformer profile".',
  json: 'As export, and reference: {from, images, maxAbsDiff, relativeDiff} of the logits beside the weights, or null where there are none',
  options: {
    from: argument(text('DIR|F.safetensors', 'the path of a folder or a safetensors file'), 'Weights from PyTorch: RUN/best, or a safetensors file'),
    out: required(text('F.onnx', 'the path of the file to write'), 'ONNX file to write; replaced when it exists'),
    weights: optional(text('F.safetensors', 'the path of a file to write'), "Also write the weights in Pocketformer's own form"),
    precision: withDefault(oneOfChoices('PRECISION', ['float32', 'float16'] as const), 'float32', 'What the file keeps its weights in and computes with: float32 or float16'),
    batch: withDefault(batchKind, 'dynamic', 'Images per run: a number, or dynamic for any'),
    engine: engineOption,
  },
  examples: ['pocketformer import-weights handoff/t1/runs/1/best --out t1.onnx'],
  async run({ from, out, weights, precision, batch, engine: engineId }, { json, print, note }) {
    const { requireWritable } = await import('../../study/requireWritable.ts');
    const { importHandoff, readReturned } = await import('../../study/handoff/importHandoff.ts');
    const { startEngine } = await import('../../engine/engines.ts');
    for (const path of [out, ...(weights === undefined ? [] : [weights])]) requireWritable(path);
    const returned = await readReturned(from);
    const { facts } = returned;
    note(`Importing ${facts.weights} weights of ${facts.space}, ${facts.resolution} px, ${facts.classes} classes`);
    const engine = await startEngine(engineId);
    const report = await importHandoff(returned, { out, weightsOut: weights, precision, batch, engine });
    if (json) return print(JSON.stringify(report));
    await print(`${out}: ${report.precision}, ${sizeText(report.sizeBytes)}, opset ${report.opset}, ${report.resolution} px, ${report.classes} classes`);
    await print(report.reference === null
      ? 'No check.safetensors lies beside the weights, so their logits could not be compared with those in PyTorch.'
      : `The ${engine.info.id} engine differs from ${report.reference.from} by at most ${report.reference.maxAbsDiff.toExponential(1)} on ${report.reference.images} images, `
        + `${report.reference.relativeDiff.toExponential(1)} of the logits' scale.`);
    await print(`ONNX Runtime differs from the ${engine.info.id} engine by at most ${report.maxAbsDiff.toExponential(1)}, `
      + `${report.relativeDiff.toExponential(1)} of the logits' scale.`);
  },
});
