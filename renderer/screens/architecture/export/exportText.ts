import { formatBytes, formatPercent } from '../../../format/index.ts';
import type { InputOf, OutputOf } from '../../../../core/api/contract/contract.ts';

type Result = OutputOf<'architectures.export'>;
export type Precision = NonNullable<InputOf<'architectures.export'>['precision']>;

export const precisionOptions: readonly { readonly value: Precision; readonly label: string; readonly hint: string }[] = [
  { value: 'float32', label: 'float32', hint: 'Full precision, as it was trained.' },
  { value: 'float16', label: 'float16', hint: 'Half the size; made for GPUs and NPUs. Ordinary processors gain nothing.' },
  { value: 'int8', label: 'int8', hint: 'A quarter of the size; convolutions and products in integers.' },
];

/** What a precision is good for, and where integers get their ranges. @param hasImages whether the study has any */
export function precisionHint(precision: Precision, hasImages: boolean): string {
  const { hint } = precisionOptions.find(({ value }) => value === precision)!;
  if (precision !== 'int8') return hint;
  return hasImages ? `${hint} Activations have the ranges that they have on training images.`
    : `${hint} This study has no images, so ranges come from random numbers: good for measuring latency, not for answers.`;
}

/** "0e7ff949.int8.onnx". */
export const modelName = (id: string, precision: Precision) => `${id}${precision === 'float32' ? '' : `.${precision}`}.onnx`;

/** More than so much less accuracy is worth a warning. */
const worthWarning = 0.01;

/** Whether the file does what it should: as the engine does or, in other precisions, with how much less accuracy. */
export function verdictText({ relativeDiff, precision, accuracy }: Pick<Result, 'relativeDiff' | 'precision' | 'accuracy'>): { isGood: boolean; text: string } {
  if (precision === 'float32') return verificationText(relativeDiff);
  const size = `ONNX Runtime gives logits that differ from the network's in float32 by ${scientific(relativeDiff)} of their scale`;
  if (!accuracy) return { isGood: true, text: `Rounded to ${precision}: ${size}.` };
  return {
    isGood: accuracy.float32 - accuracy.written <= worthWarning,
    text: `Rounded to ${precision}: ${formatPercent(accuracy.written)} of ${accuracy.images} validation images right, ${formatPercent(accuracy.float32)} in float32; `
      + `${formatPercent(accuracy.agreement)} of the answers are the same. ${size}.`,
  };
}

/** How far the file's answers are from the engine's, relative to the logits' scale, judged in words. */
export function verificationText(relativeDiff: number): { isGood: boolean; text: string } {
  const size = scientific(relativeDiff);
  // float32 carries about seven digits, and a network loses some in its sums.
  if (relativeDiff <= 1e-4) {
    return { isGood: true, text: `Verified: ONNX Runtime gives the same answers as Pocketformer's engine, up to rounding (${size} of the logits' scale).` };
  }
  if (relativeDiff <= 1e-2) {
    return { isGood: true, text: `Verified: ONNX Runtime differs by ${size} of the logits' scale, which changes close decisions only.` };
  }
  return { isGood: false, text: `ONNX Runtime differs by ${size} of the logits' scale: check the file's accuracy before using it.` };
}

/** "1.3 × 10⁻⁶". */
export function scientific(value: number): string {
  if (value === 0) return '0';
  const [mantissa, exponent] = value.toExponential(1).split('e');
  const superscript = exponent.replace('+', '').replace(/[-0-9]/g, (digit) => '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'['-0123456789'.indexOf(digit)]);
  return exponent === '+0' ? mantissa : `${mantissa} × 10${superscript}`;
}

/** What there is to know about a written file. */
export function resultItems(result: Result): { key: string; value: string; mono?: boolean }[] {
  return [
    { key: 'File', value: result.path, mono: true },
    { key: 'Card', value: result.path.replace(/\.onnx$/i, '.card.md'), mono: true },
    ...(result.validated && !result.accuracy ? [{ key: 'Accuracy', value: `${formatPercent(result.validated.accuracy)} of ${result.validated.images} validation images` }] : []),
    { key: 'Size', value: formatBytes(result.sizeBytes) },
    { key: 'Precision', value: result.precision },
    ...(result.calibration ? [{ key: 'Ranges of activations', value: `${result.calibration.ranges}, on ${result.calibration.source}` }] : []),
    { key: 'Input', value: `${result.resolution} × ${result.resolution} pixels` },
    { key: 'Output', value: `${result.classes} classes` },
    { key: 'Operators', value: `${result.nodes.written} in the file, ${result.nodes.optimised} after ONNX Runtime's optimiser` },
    { key: 'ONNX opset', value: String(result.opset) },
    { key: 'Largest difference', value: `${scientific(result.maxAbsDiff)} (${scientific(result.relativeDiff)} of the logits' scale)` },
  ];
}

/** A folder and a file's name as one path, with the separator that the folder uses. */
export function joinedPath(folder: string, name: string): string {
  const separator = folder.includes('\\') && !folder.includes('/') ? '\\' : '/';
  return folder.endsWith(separator) ? folder + name : folder + separator + name;
}

/** The path from a folder to what lies in it, with forward slashes; null for what lies elsewhere. */
export function pathWithin(folder: string, path: string): string | null {
  const [base, whole] = [folder.replaceAll('\\', '/').replace(/\/$/, ''), path.replaceAll('\\', '/')];
  return whole.startsWith(`${base}/`) ? whole.slice(base.length + 1) : null;
}

/** Why a name cannot be that of a file, on any system; null when it can. */
export function fileNameProblem(name: string): string | null {
  if (name.trim() === '' || name === '.onnx') return 'The file needs a name.';
  if (/[<>:"/\\|?*]/.test(name) || [...name].some((sign) => sign < ' ')) return 'A file name has none of < > : " / \\ | ? *';
  return name.endsWith('.onnx') ? null : 'The name ends with .onnx';
}
