import type { z } from 'zod';
import { appMethods } from './app.ts';
import { archiveMethods } from './archives.ts';
import { calibrationMethods, calibrationTopics } from './calibrations.ts';
import { architectureMethods } from './architectures.ts';
import { correlationMethods } from './correlation.ts';
import { deviceMethods } from './devices.ts';
import { draftMethods } from './drafts.ts';
import { jobMethods, jobTopics } from './jobs.ts';
import { measuredMethods } from './measured.ts';
import { measuringMethods, measuringTopics } from './measuring.ts';
import { studyMethods, studyTopics } from './studies.ts';
import { trainingMethods, trainingTopics } from './trainings.ts';
import { transferMethods, transferTopics } from './transfers.ts';

/**
 * Everything that a window, a browser or a script can ask the core for. Methods answer once and may report progress
 * before; topics go on until they are left. Data are plain, with typed arrays for whatever is long.
 */
export const methods = { ...appMethods, ...studyMethods, ...draftMethods, ...jobMethods, ...architectureMethods, ...deviceMethods, ...calibrationMethods, ...measuringMethods, ...correlationMethods, ...trainingMethods, ...transferMethods, ...measuredMethods, ...archiveMethods } as const;
export const topics = { ...studyTopics, ...jobTopics, ...calibrationTopics, ...measuringTopics, ...trainingTopics, ...transferTopics } as const;

interface MethodShape {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly progress?: z.ZodType;
}
type Methods = { readonly [M in keyof typeof methods]: (typeof methods)[M] & MethodShape };

export type MethodName = keyof typeof methods;
/** What a caller passes; defaults may be left out. */
export type InputOf<M extends MethodName> = z.input<Methods[M]['input']>;
/** What a handler gets. */
export type ParsedInputOf<M extends MethodName> = z.output<Methods[M]['input']>;
export type OutputOf<M extends MethodName> = z.output<Methods[M]['output']>;
export type ProgressOf<M extends MethodName> = Methods[M] extends { readonly progress: infer P extends z.ZodType } ? z.output<P> : never;

export type TopicName = keyof typeof topics;
export type ParamsOf<T extends TopicName> = z.output<(typeof topics)[T]['params']>;
export type PayloadOf<T extends TopicName> = z.output<(typeof topics)[T]['payload']>;
