import { stringify } from 'yaml';
import type { ModelCard } from './schema.ts';

/**
 * What the Hugging Face Hub reads of a README.md. The licence is the owner's to say and left out; so is everything else that is not known.
 */
export function frontMatter({ name, network: { space, resolution }, file, data, accuracy, backbone }: ModelCard): string {
  const task = backbone === undefined ? 'image-classification' : 'image-feature-extraction';
  const matter = {
    ...(file.format === 'onnx' ? { library_name: 'onnx' } : {}),
    pipeline_tag: task,
    tags: ['pocketformer', task, 'vision-transformer', space, file.format, ...(file.precision === 'float32' ? [] : [file.precision])],
    ...(accuracy === null ? {} : { metrics: ['accuracy'] }),
    ...(accuracy === null || data === null ? {} : {
      'model-index': [{
        name,
        results: [{
          task: { type: task },
          dataset: { name: data.source, type: 'images', args: { id: data.id, resolution } },
          metrics: [{ type: 'accuracy', name: `top-1 accuracy on ${accuracy.images} validation images`, value: rounded(accuracy.top1) }],
        }],
      }],
    }),
  };
  return `---\n${stringify(matter, { lineWidth: 0 })}---\n`;
}

/** Further digits say nothing. */
const rounded = (share: number) => Number(share.toFixed(4));
