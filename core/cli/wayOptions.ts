import { InputError } from '../base/errors.ts';
import type { BrowserProvider } from '../latency/profilers/browser/messages.ts';
import type { ToldDevice } from '../latency/profilers/named.ts';
import type { ProtocolSettings } from '../latency/protocol/settings.ts';
import type { Surroundings } from './command.ts';
import { addressLines, type PageAddress } from './measuringPage.ts';
import { flag, optional, positiveNumber, text, wholeNumber, withDefault } from './options.ts';
import type { Option, Options, ValuesOf } from './options.ts';
import { processorsKind, wayKind } from './profileOptions.ts';
import type { WayChoice } from './profileOptions.ts';

/** Where something is measured, for all commands that measure. */
export const wayOptions = {
  on: { kind: wayKind, help: 'Where to measure (default host)', absent: { required: false, value: { way: 'host' } } } as Option<WayChoice>,
  device: optional(text('NAME', 'the name of a device'), 'What the records call the device, e.g. "Pixel 8" (default: as it calls itself)'),
  soc: optional(text('NAME', 'the name of a chip'), 'Its system on chip, e.g. "Tensor G3" (default: as the device says)'),
  os: optional(text('NAME', 'the name of a system'), 'Its operating system, e.g. "Android 13" (default: as the device says)'),
  threads: withDefault(wholeNumber('N', 1, 1024), 1, 'Threads of one run'),
  processors: optional(processorsKind, 'Processors to run on, such as 7 or 4-7 (phones and Linux)'),
  spinning: flag('Let idle threads spin, as ONNX Runtime does by default'),
  runner: optional(text('FILE|FOLDER', 'the path of onnxruntime_perf_test'), 'With adb: the program that runs models on the phone'),
  provider: optional(text('NAME', 'a name as the runtime has it'), 'What computes: with adb such as cpu or xnnpack (default cpu), with browser wasm or webgpu (default wasm)'),
  runtimeVersion: optional(text('VERSION', 'a version'), "With adb: the runner's version of ONNX Runtime, for the records"),
  port: optional(wholeNumber('N', 0, 65_535), 'With browser: port to listen on (default any free one)'),
  host: optional(text('ADDRESS', 'an address of this machine'), 'With browser: address to listen on (default 127.0.0.1)'),
  lan: flag('With browser: listen on all addresses of this machine, so that phones in your network reach it'),
  https: flag('With browser: encrypt, with a certificate made for this session'),
} satisfies Options;

/** How long it is measured. */
export const lengthOptions = {
  rounds: withDefault(wholeNumber('N', 1, 100), 3, 'Rounds of each model'),
  runs: withDefault(wholeNumber('N', 1, 100_000), 50, 'Timed runs of each model, at least'),
  seconds: withDefault(positiveNumber('S', 'seconds'), 3, 'Time that each model is timed for, at least'),
  maxDrift: withDefault(positiveNumber('PERCENT', 'percent'), 5, 'How far the reference model may move'),
  coolDown: withDefault(positiveNumber('S', 'seconds'), 60, 'Pause when it has moved further'),
} satisfies Options;

type WayValues = ValuesOf<typeof wayOptions>;

const mostOfName = 200;

/**
 * Where to measure, with the options that belong to it and none that do not.
 * @param command its name, for messages
 * @param blocks whether it was asked for the shares of blocks
 * @throws InputError `usage`
 */
export function wayOf(command: string, values: WayValues, surroundings: Surroundings, blocks = false) {
  return { ...deviceWay(command, values, surroundings, blocks), told: toldDevice(command, values) };
}

function toldDevice(command: string, { device, soc, os }: WayValues): ToldDevice {
  for (const [option, value] of Object.entries({ '--device': device, '--soc': soc, '--os': os })) {
    const isName = value === undefined || (value.length <= mostOfName && !/\p{C}/u.test(value));
    if (!isName) throw new InputError('usage', `${command}: ${option} is no name; expected at most ${mostOfName} characters, none of them control characters.`);
  }
  return { device: device?.trim(), systemOnChip: soc?.trim(), operatingSystem: os?.trim() };
}

function deviceWay(command: string, values: WayValues, surroundings: Surroundings, blocks: boolean) {
  const { on, runner, provider, runtimeVersion, spinning, port, host, lan, https } = values;
  const given = Object.entries({ '--runner': runner, '--provider': provider, '--runtime-version': runtimeVersion }).find(([, value]) => value !== undefined);
  if (on.way === 'browser') return browserWay(command, values, surroundings, blocks);
  if (port !== undefined || host !== undefined || lan || https) throw new InputError('usage', `${command}: --port, --host, --lan and --https go with --on browser.`);
  if (on.way === 'host') {
    if (given) throw new InputError('usage', `${command}: ${given[0]} goes with --on adb:SERIAL.`);
    return { ...on, spinning };
  }
  if (runner === undefined) {
    throw new InputError('usage', `${command}: --runner is missing; expected the path of onnxruntime_perf_test for the phone, or of a folder with it and its libraries.`);
  }
  if (spinning || blocks) throw new InputError('usage', `${command}: ${spinning ? '--spinning' : '--blocks'} goes with --on host.`);
  return { ...on, runner, provider, runtimeVersion };
}

function browserWay(
  command: string, { runner, runtimeVersion, spinning, processors, provider = 'wasm', port, host, lan, https }: WayValues, { progress, note }: Surroundings, blocks: boolean,
) {
  const stray = Object.entries({
    '--runner': runner !== undefined, '--runtime-version': runtimeVersion !== undefined, '--spinning': spinning, '--blocks': blocks, '--processors': processors !== undefined,
  }).find(([, isGiven]) => isGiven);
  if (stray) throw new InputError('usage', `${command}: ${stray[0]} does not go with --on browser.`);
  if (lan && host !== undefined) throw new InputError('usage', `${command}: --lan and --host exclude each other; expected one of them.`);
  if (provider !== 'wasm' && provider !== 'webgpu') throw new InputError('usage', `${command}: --provider is ${provider}; expected wasm or webgpu with --on browser.`);
  return {
    way: 'browser' as const, provider: provider as BrowserProvider, port, address: lan ? '0.0.0.0' : host, https,
    // Also with --quiet: nobody could open the page.
    onAddress: (page: PageAddress) => { for (const line of addressLines(page)) progress.write(`${line}\n`); },
    onNote: note,
  };
}

/** @param profiledRuns runs with a profiler of each model */
export async function protocolSettings(
  { rounds, runs, seconds, maxDrift, coolDown }: ValuesOf<typeof lengthOptions>, profiledRuns = 0,
): Promise<ProtocolSettings> {
  const { protocolOf } = await import('../latency/protocol/settings.ts');
  return protocolOf({ rounds, runs, seconds, maxDrift: maxDrift / 100, coolDownSeconds: coolDown, profiledRuns });
}
