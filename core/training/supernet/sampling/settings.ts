import { z } from 'zod';

const count = z.int().min(1);
const probability = z.number().min(0).max(1);

/** The `training.sampling` part of a study: complexity-aware sampling (elasticvit.md section 4). */
export const samplingSettingsSchema = z.strictObject({
  rule: z.enum(['bucket', 'sandwich', 'single-path']).default('bucket')
    .describe('bucket: three subnets of one level of MACs and the smallest subnet for it; sandwich: the largest, two of any size and the smallest; '
      + 'single-path: one of any size and nothing else'),
  walk: z.enum(['adjacent', 'random', 'cyclic']).default('adjacent')
    .describe("how the next step's bucket is chosen: a neighbour at most, any, or one after the other"),
  windowMacs: z.number().positive().optional()
    .describe('how many MACs above its level a subnet may have; by default a fifth of the smallest level, and more where a level has nothing that near'),
  smallestSubnets: z.union([count.max(16), z.array(z.string().min(1)).min(1).max(16)]).default(3)
    .describe('smallest subnets by turns, each for a range of buckets whose draws it bounds from below: how many, or names of networks in ascending order'),
});

/** The `training.performance` part of a study: performance-aware sampling (elasticvit.md section 5). */
export const performanceSettingsSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('whether subnets that did well are trained more often'),
  candidates: count.max(100).default(5).describe('drawn subnets of which one is kept, once the bank is half full'),
  preference: z.enum(['width-over-depth', 'score', 'both']).default('width-over-depth')
    .describe('which one is kept: that which owes its size to width rather than depth, as published, that of the best training-free score, or that of the best ranks in both together'),
  score: z.string().min(1).optional().describe('the training-free score that candidates are compared by'),
  bankCapacity: count.default(150).describe('subnets that are remembered for each small bucket'),
  largeBankCapacity: count.default(50).describe('subnets that are remembered for each large bucket'),
  largeFromMacs: z.number().positive().optional()
    .describe('MACs from which on a bucket is large; by default two fifths of the largest level'),
  exploitStart: probability.default(0.2).describe('probability, at the beginning, of training a remembered subnet once the bank is half full'),
  exploitRise: probability.default(0.15).describe('by how much that probability rises, each time'),
  exploitRises: z.int().min(0).default(5).describe('how often it rises, at equal distances over the training'),
  rescoreEverySteps: z.int().min(0).optional()
    .describe("steps until all remembered subnets are judged again, a quarter of it for the step's bucket alone; 0 for never; by default so many that it takes 3 % of the work"),
});

export type SamplingSettings = z.output<typeof samplingSettingsSchema>;
export type PerformanceSettings = z.output<typeof performanceSettingsSchema>;
