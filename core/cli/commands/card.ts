import { defineCommand } from '../command.ts';
import { argument, text } from '../options.ts';

export const card = defineCommand({
  name: 'card',
  summary: "Show a model's card, and check that it is of this very file",
  details: 'Every export writes a card beside its model: what the network is, what goes in and comes out, data, recipe, accuracy with its interval, latency on each device, versions, and how '
    + 'to make it again. Its text can be uploaded as README.md of a Hugging Face repository. A model whose SHA-256 is not the card\'s is refused.',
  json: 'The card: {format, version, name, written, file: {sha256, ...}, network, input, output, classNames, weights, data, recipe, accuracy, latencies: [...], versions, reproduce, limits}',
  options: { model: argument(text('MODEL.onnx', 'the path of an ONNX file or of handed-over weights'), 'Model that Pocketformer exported') },
  examples: ['pocketformer card runs/quickstart/models/0e7ff949.onnx', 'pocketformer card t1.onnx > README.md', 'pocketformer card t1.onnx --json'],
  async run({ model }, { json, print, note }) {
    const { readModelCard, requireSameModel } = await import('../../study/modelCard/files.ts');
    const { cardText } = await import('../../study/modelCard/markdown.ts');
    const facts = await readModelCard(model);
    await requireSameModel(model, facts);
    note(`${model}: its SHA-256 is the card's.`);
    await print(json ? JSON.stringify(facts) : cardText(facts).trimEnd());
  },
});
