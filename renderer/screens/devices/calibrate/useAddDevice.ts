import { computed, reactive, ref } from 'vue';
import type { InputOf } from '../../../../core/api/contract/contract.ts';
import type { Precision } from '../../architecture/export/exportText.ts';
import { usual, type RangeMethod } from '../../architecture/export/quantisationText.ts';
import type { WayId } from './calibrationText.ts';

/** How a phone's browser reaches this computer. */
export const reaches = {
  network: { label: 'Same network, encrypted (https)', hint: 'Threads and WebGPU; the browser warns of the certificate once' },
  plain: { label: 'Same network, unencrypted (http)', hint: 'Any phone, one thread' },
  local: { label: 'This computer, or a cable with adb reverse', hint: 'Threads and WebGPU, no warning' },
} as const;
export type Reach = keyof typeof reaches;

/** Whole networks, or blocks alone, of which the core says how many of each kind it needs. */
const isEnough = ({ networks, probes }: { networks: number | null; probes: number | null }) => (networks ?? 0) >= 3 || (networks === 0 && (probes ?? 0) > 0);
/** The core reads them; this only spares the way there. */
const isProcessorList = (text: string) => text.trim() === '' || /^\d+(-\d+)?(\s*,\s*\d+(-\d+)?)*$/.test(text.trim());

/** What the form holds; text that is empty counts as not given. */
export function useAddDevice() {
  const form = reactive({
    way: 'browser' as WayId, title: '', phone: '', space: 'elasticvit', classes: 1000 as number | null, threads: 1 as number | null,
    provider: '', reach: 'network' as Reach, port: null as number | null, operatingSystem: '', processors: '', isSpinning: false,
    precision: 'float32' as Precision, imageFolder: '', images: null as number | null, ranges: usual.ranges as RangeMethod, serial: '', runner: '', runtimeVersion: '', path: '', models: '', device: '', runtime: 'onnxruntime', systemOnChip: '',
    networks: 20 as number | null, probes: 0 as number | null, from: [] as string[],
    rounds: 3 as number | null, runs: 50 as number | null, seconds: 3 as number | null, maxDriftPercent: 5 as number | null, coolDownSeconds: 60 as number | null,
  });
  const wasSubmitted = ref(false);

  const lengths = computed(() => {
    const { rounds, runs, seconds, maxDriftPercent, coolDownSeconds } = form;
    if (rounds === null || runs === null || seconds === null || maxDriftPercent === null || coolDownSeconds === null) return null;
    return { rounds, runs, seconds, maxDrift: maxDriftPercent / 100, coolDownSeconds };
  });
  const part = computed(() => (form.networks === null || form.probes === null || form.networks + form.probes === 0 ? null : { networks: form.networks, probes: form.probes }));

  /** By field, what is missing or wrong. */
  const problems = computed<Partial<Record<keyof typeof form, string>>>(() => ({
    ...(form.title.trim() === '' && { title: 'Give it a name.' }),
    ...(form.classes === null && { classes: 'A number of classes is needed.' }),
    ...(form.way === 'adb' && form.serial === '' && { serial: 'Choose a phone.' }),
    ...(form.way === 'adb' && form.runner.trim() === '' && { runner: 'Choose onnxruntime_perf_test, or a folder with it and its libraries.' }),
    ...(form.way === 'import' && form.path.trim() === '' && { path: 'Choose a file or folder.' }),
    ...(form.way === 'import' && form.device.trim() === '' && { device: 'Say which device was measured.' }),
    ...(form.way === 'import' && form.runtime.trim() === '' && { runtime: 'Say what ran the models.' }),
    ...(form.way !== 'import' && !isEnough(form) && { networks: 'At least 3 whole networks are needed to fit a model; or none, and some hundred blocks alone.' }),
    ...(form.way !== 'import' && form.way !== 'browser' && !isProcessorList(form.processors) && { processors: 'Numbers of processors, such as 7, 0,2 or 4-7.' }),
  }));
  const shown = (field: keyof typeof form) => (wasSubmitted.value ? problems.value[field] ?? null : null);

  /** What the form asks for; null while something is missing. */
  const input = computed<InputOf<'calibrations.create'> | null>(() => {
    const source = sourceOf();
    if (Object.keys(problems.value).length > 0 || source === null) return null;
    return { title: form.title.trim(), space: form.space, classes: form.classes ?? undefined, from: form.way === 'import' ? [] : [...form.from], source };
  });

  function sourceOf(): InputOf<'calibrations.create'>['source'] | null {
    const told = (text: string) => (text.trim() === '' ? undefined : text.trim());
    const [chip, system] = [told(form.systemOnChip), told(form.operatingSystem)];
    if (form.way === 'import') {
      const [provider, version] = [told(form.provider), told(form.runtimeVersion)];
      return {
        kind: 'import', path: form.path.trim(), models: told(form.models),
        target: {
          device: form.device.trim(), runtime: { name: form.runtime.trim(), ...(version && { version }) }, ...(chip && { systemOnChip: chip }),
          ...(provider && { provider }), ...(form.threads !== null && { threads: form.threads }), ...(system && { operatingSystem: system }),
          ...(form.precision !== 'float32' && { precision: form.precision }),
        },
      };
    }
    if (lengths.value === null || part.value === null || form.threads === null) return null;
    const device = told(form.phone);
    const common = {
      kind: 'measure' as const, threads: form.threads, lengths: lengths.value, part: part.value, precision: form.precision, ...imagesOf(),
      ...((device ?? chip ?? system) !== undefined && { told: { ...(device && { device }), ...(chip && { systemOnChip: chip }), ...(system && { operatingSystem: system }) } }),
      ...(form.way !== 'browser' && told(form.processors) !== undefined && { processors: form.processors.trim() }),
    };
    switch (form.way) {
      case 'host': return { ...common, on: { way: 'host', spinning: form.isSpinning } };
      case 'adb': return { ...common, on: { way: 'adb', serial: form.serial, runner: form.runner.trim(), provider: told(form.provider), runtimeVersion: told(form.runtimeVersion) } };
      case 'browser': return { ...common, on: { way: 'browser', provider: form.provider === 'webgpu' ? 'webgpu' : 'wasm', network: form.reach !== 'local', https: form.reach === 'network', ...(form.port !== null && { port: form.port }) } };
    }
  }
  /** Random numbers do for latency, so that a folder is only for those who want to see what int8 costs. */
  function imagesOf() {
    const folder = form.imageFolder.trim();
    if (form.precision !== 'int8' || folder === '') return {};
    return { images: { folder, ranges: form.ranges, ...(form.images !== null && { images: form.images }) } };
  }
  return { form, lengths, part, problems, shown, input, wasSubmitted };
}
export type AddDeviceForm = ReturnType<typeof useAddDevice>['form'];
