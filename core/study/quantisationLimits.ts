import { z } from 'zod';
import { rangeMethods } from '../export/precision/clipping.ts';

/** More images than this tell nothing more, and take hours. */
export const mostCalibrationImages = 100_000;

/** How an int8 file's activations get their ranges; the same for every command, dialog and job. */
export const quantisationSchema = z.strictObject({
  /** Calibration images, at most. */
  images: z.int().min(1).max(mostCalibrationImages).optional(),
  ranges: z.enum(rangeMethods).optional(),
});
export type Quantisation = z.output<typeof quantisationSchema>;
