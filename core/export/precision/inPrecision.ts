import type { OnnxModel } from '../../graph/onnx/model.ts';
import type { Precision } from '../../graph/onnx/precision.ts';
import { onnxModel, type ExportOptions } from '../onnx.ts';
import type { Weights } from '../../model/weights.ts';
import type { Calibration } from './calibration.ts';
import { inHalfPrecision } from './float16.ts';
import { inIntegers } from './int8.ts';
import { observedRanges } from './observedRanges.ts';

/**
 * A network's file in a precision.
 * @param calibration for int8, inputs of one image
 * @throws RangeError for int8 without calibration, EnvironmentError as `inHalfPrecision` and `observedRanges`
 */
export function modelInPrecision(weights: Weights, options: ExportOptions, precision: Precision, calibration?: Calibration): OnnxModel {
  switch (precision) {
    case 'float32': return onnxModel(weights, options);
    case 'float16': return inHalfPrecision(onnxModel(weights, options));
    case 'int8': {
      if (calibration === undefined) throw new RangeError('Integers need calibration inputs.');
      const rows = { ...options, linearRows: true };
      return inIntegers(onnxModel(weights, rows), observedRanges(onnxModel(weights, { ...rows, batch: 1 }), calibration, calibration.ranges));
    }
  }
}
