import { frontMatter } from './frontMatter.ts';
import type { CardLatency, ModelCard } from './schema.ts';

/** A card for people, in Markdown with the front matter of a Hugging Face model card. Says nothing that its facts do not say. */
export function cardText(card: ModelCard): string {
  const sections = [
    `# ${card.name}`, head(card), networkText(card), inputText(card), dataText(card), recipeText(card), accuracyText(card), latencyText(card.latencies),
    section('Limits', list([...card.limits, ...card.remarks])), reproduceText(card), versionsText(card),
  ];
  return `${frontMatter(card)}\n${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

const section = (title: string, text: string) => (text === '' ? '' : `## ${title}\n\n${text}`);
const list = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join('\n');
const grouped = (value: number) => value.toLocaleString('en-US');
const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
/** A bar would end a cell. */
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
/** All columns to the left, because most are words. */
const table = (heads: readonly string[], rows: readonly (readonly string[])[]) => [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');

function head({ network, file, weights, backbone }: ModelCard): string {
  const size = backbone?.imageSize ?? { height: network.resolution, width: network.resolution };
  const images = `images of ${size.height} x ${size.width} pixels`;
  return [
    `A vision transformer ${backbone === undefined ? `for ${images} and ${network.classes} classes` : `without its classifier, for ${images}`}, of the search space \`${network.space}\`: `
      + `${grouped(network.params)} parameters, ${grouped(network.macs)} multiply-accumulates (MACs) for an image. ${weights.text}`,
    table(['file', ''], [
      [`\`${file.name}\``, `${file.format === 'onnx' ? `ONNX, opset ${file.opset ?? 'unknown'}` : 'safetensors'}, ${file.precision}, ${grouped(file.sizeBytes)} bytes`],
      ['SHA-256', `\`${file.sha256}\``],
    ]),
  ].join('\n\n');
}

function networkText({ network }: ModelCard): string {
  const rows = network.blocks.map(({ stage, type, repeats, channels, height, width, extraTokens, heads, choices }) => [
    stage, type, repeats === 1 ? '' : `x ${repeats}`, String(channels), heads === null ? '' : String(heads), resolutionText(height, width, extraTokens), choices,
  ]);
  return section('Architecture', [
    `\`${network.key}\`, called ${network.published === null ? '' : `${network.published} and `}${network.id}`,
    table(['stage', 'block', 'repeated', 'channels', 'heads', 'resolution', 'choices'], rows),
    'Channels and resolution are those of a block\'s output.',
  ].join('\n\n'));
}

function resolutionText(height: number, width: number, extraTokens: number): string {
  return `${height} x ${width}${extraTokens === 0 ? '' : ` + ${extraTokens}`}`;
}

function inputText({ input, output, backbone, classNames, network }: ModelCard): string {
  const { normalisation } = input;
  const numbers = (values: readonly number[]) => values.map((value) => value.toPrecision(6)).join(', ');
  return section('Input and output', [
    list([
      `Input \`${input.name}\`: ${input.type} [${input.shape.join(', ')}], channels ${input.channels}`,
      normalisation === null ? 'Normalisation: unknown' : `Normalisation: (value / 255 - mean) / std for each channel, mean ${numbers(normalisation.mean)}, std ${numbers(normalisation.std)}`,
      `Preparation: ${input.preparation ?? 'unknown'}`,
      ...(output === null ? [] : [`Output \`${output.name}\`: ${input.type} [${output.shape.join(', ')}], ${output.meaning}`]),
      ...(backbone === undefined ? [] : mapLines(backbone)),
    ]),
    ...(network.classes === null ? [] : [classNames === null ? `Names of the ${network.classes} classes: unknown.` : `Classes, in the order of the output: ${classNames.map((name) => `\`${name}\``).join(', ')}.`]),
  ].join('\n\n'));
}

function mapLines({ maps, padding: { bottom, right } }: NonNullable<ModelCard['backbone']>): string[] {
  return [
    ...maps.map(({ name, stride, shape }) => `Output \`${name}\`: float32 [${shape.join(', ')}], the last map of stride ${stride}`),
    ...(bottom + right === 0 ? [] : [`The file itself pads images with zeros: ${bottom} rows below and ${right} columns to the right`]),
  ];
}

function dataText({ data, weights }: ModelCard): string {
  if (data === null) return weights.origin === 'untrained' ? '' : section('Data', 'Unknown.');
  return section('Data', list([
    data.source, `${grouped(data.trainImages)} training and ${grouped(data.valImages)} validation images, ${data.imageSize} px`, `Split: ${data.split}`,
    `SHA-256 that tells this data set and its split from others: \`${data.id}\``,
  ]));
}

function recipeText({ recipe, weights }: ModelCard): string {
  if (recipe === null) return weights.origin === 'untrained' ? '' : section('Recipe', 'Unknown.');
  const { preset, epochs, steps, batchSize, seed, changed } = recipe;
  const amounts = [
    ...(epochs === null ? [] : [`${Number(epochs.toFixed(2))} epochs`]), ...(steps === null ? [] : [`${grouped(steps)} steps`]),
    ...(batchSize === null ? [] : [`batches of ${batchSize}`]), `seed ${seed}`,
  ].join(', ');
  const base = preset === null ? "Pocketformer's own settings" : `the recipe \`${preset.name}\` (${preset.title})`;
  const rows = Object.entries(changed).map(([name, value]) => [`\`${name}\``, `\`${JSON.stringify(value)}\``]);
  return section('Recipe', [
    `${amounts}; ${base}${rows.length === 0 ? ', unchanged.' : ', except for:'}`, ...(rows.length === 0 ? [] : [table(['setting', 'value'], rows)]),
  ].join('\n\n'));
}

function accuracyText({ accuracy, weights, file, backbone }: ModelCard): string {
  if (accuracy === null) return weights.origin === 'untrained' || backbone !== undefined ? '' : section('Accuracy', 'Unknown.');
  const { top1, low, high, images, of, top5, comparison, seeds } = accuracy;
  return section('Accuracy', list([
    `Top-1 ${percent(top1)} (95 % interval ${percent(low)} to ${percent(high)}, Wilson, ${grouped(images)} images), of ${of}`,
    ...(top5 === undefined ? [] : [`Top-5 ${percent(top5)}, of the same weights on the engine`]),
    ...(comparison === undefined ? [] : [`${file.precision} against float32 on the same ${grouped(comparison.images)} images: ${percent(comparison.written)} and ${percent(comparison.float32)}; `
      + `${percent(comparison.agreement)} of the answers are the same`]),
    seedsText(seeds),
  ]));
}

function seedsText(seeds: NonNullable<ModelCard['accuracy']>['seeds']): string {
  if (seeds.length < 2) return 'Spread over seeds: unknown';
  const values = seeds.map(({ top1 }) => top1);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const images = seeds.every(({ sameImages }) => sameImages) ? 'on the same images' : 'each with images, or a split of them, of its own';
  return `Over the seeds ${seeds.map(({ seed }) => seed).join(', ')} of the same training, ${images}: mean ${percent(mean)}, ${percent(Math.min(...values))} to ${percent(Math.max(...values))}`;
}

function latencyText(latencies: readonly CardLatency[]): string {
  if (latencies.length === 0) return section('Latency', 'Unknown: no device was asked for.');
  const measured = latencies.flatMap((one) => (one.kind === 'measured' ? [one] : []));
  const predicted = latencies.flatMap((one) => (one.kind === 'predicted' ? [one] : []));
  const unknown = latencies.flatMap((one) => (one.kind === 'unknown' ? [one] : []));
  const parts = [
    ...(measured.length === 0 ? [] : [`Measured, of this very file, one image at a time:`, table(
      ['device', 'latency', 'date', 'runs', 'spread of rounds', 'how'],
      measured.map(({ device, title, latencyMs, date, rounds, runs, spread }) => [
        device, ms(latencyMs), date?.slice(0, 10) ?? 'unknown', `${runs ?? 'unknown'}${rounds === null ? '' : ` in ${rounds} rounds`}`, spread === null ? 'unknown' : percent(spread), title,
      ]),
    )]),
    ...(predicted.length === 0 ? [] : ['Predicted, not measured, for one image at a time:', table(
      ['device', 'latency', 'interval', 'how', 'device model'],
      predicted.map(({ device, title, latencyMs, lowMs, highMs, coverage, runtime, processor, threads, precision, state }) => [
        device, ms(latencyMs), `${ms(lowMs)} to ${ms(highMs)} (${Math.round(100 * coverage)} %)`, `${title}: ${runtime}, ${processor}, ${precision}, threads: ${threads}`, state.text,
      ]),
    )]),
    ...(unknown.length === 0 ? [] : [list(unknown.map(({ device, title, reason }) => `${device} (${title}): not known; ${reason}`))]),
  ];
  return section('Latency', parts.join('\n\n'));
}

const ms = (value: number) => `${value.toPrecision(3)} ms`;

function reproduceText({ reproduce: { commands, files, note } }: ModelCard): string {
  if (commands.length === 0) return section('Reproduce', note ?? '');
  return section('Reproduce', [
    ['```sh', ...commands, '```'].join('\n'), ...(note === null ? [] : [note]),
    ...files.map(({ name, text }) => `\`${name}\`:\n\n${fence(text)}yaml\n${text.trimEnd()}\n${fence(text)}`),
  ].join('\n\n'));
}

/** Longer than any within the text. */
const fence = (text: string) => '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));

function versionsText({ versions: { pocketformer, node, system, engine, onnxRuntime }, written }: ModelCard): string {
  return section('Versions', list([
    `Pocketformer ${pocketformer}, Node.js ${node}, ${system}`, `Engine: ${engine ?? 'unknown'}`, `ONNX Runtime: ${onnxRuntime ?? 'unknown'}`, `Written ${written}`,
  ]));
}
