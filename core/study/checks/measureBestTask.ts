import { z } from 'zod';

/** Measures the best of a device's front, in the way in which the device's model was measured. */
export const measureBestSchema = z.strictObject({
  directory: z.string().min(1), device: z.string().min(1),
  /** Architectures, spread over the front; those that the study has exported where it is missing. */
  count: z.int().min(1).max(1000).optional(),
});
export type MeasureBestTask = z.output<typeof measureBestSchema>;
