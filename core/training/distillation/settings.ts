import { z } from 'zod';

const statistics = z.tuple([z.number(), z.number(), z.number()]);

const teacherSchema = z.strictObject({
  file: z.string().min(1).describe('an ONNX file that turns images into logits, relative to the study file'),
  resolution: z.int().min(8).max(1024).optional()
    .describe("side of the images it takes in pixels; by default as the file says, or else the data's"),
  mean: statistics.optional()
    .describe('of red, green and blue on the scale 0 to 1 in its training; by default as the file says, or else those of ImageNet'),
  deviation: statistics.optional().describe('as mean: the standard deviations'),
});

/** The `training.distillation` part of a study (elasticvit.md section 3). */
export const distillationSettingsSchema = z.strictObject({
  teachers: z.array(teacherSchema).max(4).default([]).describe('networks whose averaged answers are learnt; none: labels alone'),
  temperature: z.number().positive().default(0.2)
    .describe("divides the teachers' logits: below 1 sharpens their answers, as in the ElasticViT release"),
  labelShare: z.number().min(0).max(1).optional()
    .describe('weight of the labels beside the teachers; by default 0.5 with one teacher and 0 with several'),
  cache: z.boolean().default(true).describe('keep answers on disk: a study that repeats the same images does not ask again'),
});

export type DistillationSettings = z.output<typeof distillationSettingsSchema>;
export type TeacherSettings = z.output<typeof teacherSchema>;
