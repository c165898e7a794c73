import { EnvironmentError, InputError } from '../../../base/errors.ts';
import { requirePlausible } from '../../imports/imported.ts';
import { perfTestRuns } from '../../imports/perfTest.ts';
import type { AdbPhone } from './adbClient.ts';
import { affinityMask } from './phoneFacts.ts';

/** A file of the runner's: the program itself, or a library beside it. */
export interface RunnerFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export const runnerName = 'onnxruntime_perf_test';
/** Where every user of adb may write and run. */
const home = '/data/local/tmp/pocketformer';

export interface RunnerSetting {
  readonly threads: number;
  readonly provider: string;
  readonly processors?: readonly number[];
}

/** onnxruntime_perf_test on a phone: the program, the models, and calls of it. */
export class PerfTestRunner {
  readonly #phone: AdbPhone;
  readonly #setting: RunnerSetting;

  constructor(phone: AdbPhone, setting: RunnerSetting) {
    this.#phone = phone;
    this.#setting = setting;
  }

  /** @param now for the files' time */
  async install(files: readonly RunnerFile[], now: Date): Promise<void> {
    await this.#require(`rm -rf ${home} && mkdir -p ${home}`, 'cannot be prepared');
    for (const { name, bytes } of files) await this.#phone.push(`${home}/${name}`, bytes, name === runnerName ? 0o755 : 0o644, now);
  }

  /** @throws EnvironmentError `push-failed` when the file arrives as another */
  async pushModel(sha256: string, bytes: Uint8Array, now: Date): Promise<void> {
    const path = modelPath(sha256);
    await this.#phone.push(path, bytes, 0o644, now);
    const { output } = await this.#require(`sha256sum ${path}`, 'cannot read back a model');
    if (!output.startsWith(sha256)) throw new EnvironmentError('push-failed', `${path} arrived on the phone as another file; look at the cable, and call the same command again.`);
  }

  /**
   * Runs a pushed model and returns the milliseconds of each run. The program runs once more before them.
   * @throws EnvironmentError `model-refused`, `runner-broken` when it does not do what it is told
   */
  async run(sha256: string, runs: number): Promise<number[]> {
    const { threads, provider, processors } = this.#setting;
    const bound = processors === undefined ? '' : `taskset ${affinityMask(processors)} `;
    // Generated inputs hold no values unless they get a seed; spinning threads would fight over the chosen processors.
    const call = `${bound}./${runnerName} -e ${provider} -m times -r ${runs} -I -S 1 -x ${threads} -y 1 -D ${modelPath(sha256)} results.csv`;
    const { output, errors, exitCode } = await this.#phone.shell(`cd ${home} && rm -f results.csv && LD_LIBRARY_PATH=. ${call}`);
    if (exitCode !== 0) {
      const reason = `${errors}\n${output}`.trim().split('\n').at(-1);
      throw new EnvironmentError('model-refused', `${runnerName} ended with code ${exitCode} on the phone: ${reason}`);
    }
    const text = (await this.#phone.pull(`${home}/results.csv`)).toString('utf8');
    const runsMs = runsOf(text);
    if (runsMs.length !== runs) throw new EnvironmentError('runner-broken', `${runnerName} was told to run ${runs} times and reports ${runsMs.length}; ${another}`);
    return runsMs;
  }

  /**
   * Finds out whether the program works here before anything is measured with it (builds for Android stopped to in 1.21).
   * @throws EnvironmentError `runner-broken`
   */
  async probe(sha256: string): Promise<void> {
    try {
      await this.run(sha256, 3);
    } catch (error) {
      if (!(error instanceof EnvironmentError) || !['model-refused', 'pull-failed'].includes(error.code)) throw error;
      throw new EnvironmentError('runner-broken', `${runnerName} does not work on this phone: ${error.message.replace(/\.?$/, '')}; ${another}`, { cause: error });
    }
  }

  async remove(): Promise<void> {
    await this.#phone.shell(`rm -rf ${home}`);
  }

  async #require(command: string, failure: string) {
    const result = await this.#phone.shell(command);
    if (result.exitCode !== 0) throw new EnvironmentError('phone-refused', `The phone ${failure}: ${result.errors.trim() || `code ${result.exitCode}`}.`);
    return result;
  }
}

const another = "expected one of ONNX Runtime's own builds for this phone's processor, with its libraries beside it.";

const modelPath = (sha256: string) => `${home}/${sha256.slice(0, 16)}.onnx`;

function runsOf(text: string): number[] {
  try {
    const runsMs = perfTestRuns(text, 'results.csv').flatMap((each) => each.runsMs);
    runsMs.forEach((value, i) => requirePlausible(value, `run ${i + 1}`));
    return runsMs;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new EnvironmentError('runner-broken', `${runnerName} reports what is no latency: ${error.message}`, { cause: error });
  }
}
