import type { z } from 'zod';
import type { settings } from './app.ts';
import type { architectureDetail } from './architectures.ts';
import type { calibration } from './calibrations.ts';
import type { correlation, proxy } from './correlation.ts';
import type { device } from './devices.ts';
import type { job, logLine } from './jobs.ts';
import type { measuringState } from './measuring.ts';
import type { evaluationColumns, studyRow, studySummary } from './studies.ts';

/* The contract's things by name, for whoever shows or makes them. */
export type StudyRow = z.output<typeof studyRow>;
export type StudySummaryView = z.output<typeof studySummary>;
export type FrontView = StudySummaryView['fronts'][number];
export type FrontEntryView = FrontView['front'][number];
export type EvaluationColumns = z.output<typeof evaluationColumns>;
export type Job = z.output<typeof job>;
export type LogLine = z.output<typeof logLine>;
export type ArchitectureDetail = z.output<typeof architectureDetail>;
export type ArchitectureBlock = ArchitectureDetail['blocks'][number];
export type Device = z.output<typeof device>;
export type CalibrationView = z.output<typeof calibration>;
export type MeasuringState = z.output<typeof measuringState>;
export type Proxy = z.output<typeof proxy>;
export type Correlation = z.output<typeof correlation>;
export type CorrelatedRanking = Correlation['rankings'][number];
export type Agreement = CorrelatedRanking['mean'];
export type Estimate = Agreement['tau'];
export type WorkbenchSettings = z.output<typeof settings>;
