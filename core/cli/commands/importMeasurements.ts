import { InputError } from '../../base/errors.ts';
import { precisions } from '../../graph/onnx/precision.ts';
import { defineCommand } from '../command.ts';
import { spaceKind } from '../commandOptions.ts';
import { measurementLines } from '../measuringOutput.ts';
import { argument, oneOfChoices, optional, required, text, wholeNumber } from '../options.ts';
import { processorsKind } from '../profileOptions.ts';

const words = (placeholder: string, what: string) => text(placeholder, what);
/** More rows than a person reads. */
const shownRows = 20;

export const importMeasurements = defineCommand({
  name: 'import-measurements',
  summary: 'Turn what other programs measured into measurement records',
  details: 'FILE is recognised by its content: a profile of ONNX Runtime, what onnxruntime_perf_test printed or its result file, what TensorFlow Lite\'s '
    + 'benchmark_model printed, a latency table of nn-Meter, or CSV, a JSON array or JSON lines with the columns name, arch, space, resolution, classes, '
    + 'latencyMs or runsMs, statistic, p10Ms, p90Ms, deviationMs, runs and sha256. Of a folder every file is read, each named after its model.\n'
    + 'A profile tells which share of the time each block takes; its kernels are attributed by the names that exports give them.',
  json: 'One measurement record a line, as "profile" prints them',
  options: {
    source: argument(words('FILE|FOLDER', 'the path of a file or folder'), 'What was measured'),
    device: required(words('NAME', 'the name of a device'), 'The device, e.g. "Pixel 4"'),
    runtime: required(words('NAME', 'the name of a runtime'), 'What ran the models, e.g. onnxruntime or tflite'),
    runtimeVersion: optional(words('VERSION', 'a version'), 'Its version'),
    build: optional(words('TEXT', 'a few words'), 'Who built it, or how'),
    soc: optional(words('NAME', 'the name of a chip'), 'System on chip, e.g. "Snapdragon 855"'),
    os: optional(words('NAME', 'the name of a system'), 'Operating system, e.g. "Android 13"'),
    provider: optional(words('NAME', 'a name as the runtime has it'), 'What computed (default: as the file says, otherwise cpu)'),
    threads: optional(wholeNumber('N', 1, 1024), 'Threads of one run (default: as the file says, otherwise 1)'),
    processors: optional(processorsKind, 'Processors that it was bound to, such as 7 or 4-7'),
    precision: optional(oneOfChoices('PRECISION', precisions), "float32, float16 or int8 (default: the model's, otherwise float32)"),
    model: optional(words('F.onnx|FOLDER', 'the path of an ONNX file, or of a folder with a manifest.json'), 'What was measured, as a file or a set of files'),
    space: optional(spaceKind, 'Search space of architectures in a table without that column'),
    out: optional(words('FILE', 'the path of the file to write'), 'File of JSON lines to write; replaced when it exists'),
  },
  examples: [
    'pocketformer import-measurements t1.txt --model t1.onnx --device "Pixel 8" --runtime onnxruntime --runtime-version 1.27.0 --out pixel8.jsonl',
    'pocketformer import-measurements outputs --model calibration --device "Pixel 8" --runtime onnxruntime --threads 4 --out pixel8.jsonl',
    'pocketformer import-measurements mine.csv --space elasticvit --device "My phone" --runtime tflite --json',
  ],
  async run({ source, device, runtime, runtimeVersion, build, soc, os, provider, threads, processors, precision, model, space, out }, { json, print, note }) {
    if (out === undefined && !json) throw new InputError('usage', 'import-measurements: --out is missing; expected the path of the file to write, or --json.');
    if (out !== undefined) (await import('../../study/requireWritable.ts')).requireWritable(out);
    const { importFiles } = await import('../../study/measuring/importFiles.ts');
    const measurements = await importFiles(source, {
      target: {
        device, ...(soc && { systemOnChip: soc }), ...(os && { operatingSystem: os }),
        runtime: { name: runtime, ...(runtimeVersion && { version: runtimeVersion }), ...(build && { build }) },
        ...(provider && { provider }), ...(threads && { threads }), ...(processors && { affinity: [...processors] }), ...(precision && { precision }),
      },
      model, space,
    });
    const lines = measurements.map((each) => JSON.stringify(each));
    if (out !== undefined) {
      const { writeFileAtomic } = await import('../../study/files.ts');
      await writeFileAtomic(out, lines.map((line) => `${line}\n`).join(''));
      note(`Wrote ${measurements.length} to ${out}.`);
    }
    if (json) for (const line of lines) await print(line);
    else {
      for (const line of measurementLines(measurements.slice(0, shownRows))) await print(line);
      if (measurements.length > shownRows) await print(`And ${measurements.length - shownRows} more.`);
    }
  },
});
