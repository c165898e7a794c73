import { z } from 'zod';
import { browserProviders } from '../../latency/profilers/browser/messages.ts';
import { protocolSettingsSchema } from '../../latency/protocol/settings.ts';

const path = z.string().min(1);
const port = z.int().min(0).max(65_535);

/** Where something is measured, with what that needs. */
export const waySchema = z.discriminatedUnion('way', [
  z.strictObject({ way: z.literal('host'), spinning: z.boolean().default(false) }),
  z.strictObject({
    way: z.literal('adb'), serial: z.string().min(1),
    /** onnxruntime_perf_test for the phone, or a folder with it and its libraries. */
    runner: path,
    provider: z.string().min(1).optional(), runtimeVersion: z.string().min(1).optional(),
  }),
  z.strictObject({
    way: z.literal('browser'), provider: z.enum(browserProviders).default('wasm'),
    /** This machine alone, unless the person asks for all of its addresses. */
    network: z.boolean().default(false), https: z.boolean().default(false), port: port.default(0),
  }),
]);
export type Way = z.output<typeof waySchema>;

const name = z.string().trim().min(1).max(200).regex(/^\P{C}*$/u, 'expected no control characters');
/** What the person says of a device that does not tell it: browsers mostly hide which phone they run on. */
export const toldSchema = z.strictObject({ device: name.optional(), systemOnChip: name.optional(), operatingSystem: name.optional() });

/** A session of measuring: which files, where, and how. */
export const measuringSchema = z.strictObject({
  /** A folder with a manifest, or ONNX files. */
  models: z.union([path, z.array(path).min(1)]),
  /** Folder of the session; one that is there goes on. */
  out: path,
  on: waySchema,
  told: toldSchema.optional(),
  threads: z.int().min(1).max(1024).default(1),
  /** Numbers of processors to run on. */
  processors: z.array(z.int().min(0).max(4095)).min(1).optional(),
  settings: protocolSettingsSchema.prefault({}),
  /** Of the order of the rounds. */
  seed: z.int().min(0).default(1),
});
export type MeasuringInput = z.input<typeof measuringSchema>;
export type MeasuringSettings = z.output<typeof measuringSchema>;

/** Where the page is that a phone opens, token included: for the person at this machine, and never for a file. */
export const measuringPageSchema = z.object({
  url: z.string(), port: z.int(),
  /** Of the certificate, over https. */
  fingerprint: z.string().optional(),
  /** Whether a phone has opened it. */
  isOpened: z.boolean(),
});
export type MeasuringPage = z.output<typeof measuringPageSchema>;

/** "this computer", "phone 9A1AY1", "a phone's browser" */
export function wayWords(on: Way): string {
  switch (on.way) {
    case 'host': return 'this computer';
    case 'adb': return `phone ${on.serial}`;
    case 'browser': return "a phone's browser";
  }
}
