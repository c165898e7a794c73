import { z } from 'zod';

const share = z.number().min(0).max(1);

/** What another precision did to a network's answers, as core/export/accuracyChange.ts has it. */
export const accuracyChangeSchema = z.object({ images: z.int().positive(), float32: share, written: share, agreement: share });
