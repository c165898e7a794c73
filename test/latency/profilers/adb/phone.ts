import { createHash } from 'node:crypto';
import type { ScriptedPhone, ShellAnswer } from './scriptedServer.ts';

/** The beginning of a program for arm64: the ELF header with machine 0xb7. */
export const arm64Program = (machine = 0xb7) => {
  const bytes = Buffer.alloc(64);
  bytes.write('\x7fELF', 'latin1');
  bytes.writeUInt16LE(machine, 18);
  return bytes;
};

/** As a Pixel 4 running Android 13 writes them, shortened. */
const battery = `Current Battery Service state:
  AC powered: false
  USB powered: true
  Wireless powered: false
  status: 2
  level: 87
  scale: 100
  voltage: 4205
  temperature: 312
`;
const thermal = `IsStatusOverride: false
Thermal Status: 0
Cached temperatures:
\tTemperature{mValue=99.0, mType=0, mName=cpu-cached, mStatus=0}
HAL Ready: true
Current temperatures from HAL:
\tTemperature{mValue=41.3, mType=0, mName=cpu-0-0-usr, mStatus=0}
\tTemperature{mValue=44.7, mType=0, mName=cpu-1-3-usr, mStatus=0}
\tTemperature{mValue=31.2, mType=2, mName=battery, mStatus=0}
\tTemperature{mValue=33.9, mType=3, mName=skin, mStatus=0}
Current cooling devices from HAL:
`;
export const dumpsys = battery + thermal;

/** Three kinds of processors, as on Snapdragon 855: four small, three big, one biggest. */
const clocks = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => `/sys/devices/system/cpu/cpu${n}/cpufreq/cpuinfo_max_freq:${n < 4 ? 1785600 : n < 7 ? 2419200 : 2841600}\n`).join('');

export interface PhoneScript {
  readonly runMs?: number;
  /** What onnxruntime_perf_test does instead of running. */
  readonly perfTest?: (command: string, phone: ScriptedPhone) => ShellAnswer | 'hang up' | undefined;
  readonly fixedPerformance?: boolean;
  readonly refuses?: ScriptedPhone['refuses'];
  /** What files arrive as. */
  readonly damages?: boolean;
}

const home = '/data/local/tmp/pocketformer';

/** A phone with a runner that takes the same time for every run, its first runs slower. */
export function scriptedPhone({ runMs = 20, perfTest, fixedPerformance = true, refuses, damages = false }: PhoneScript = {}): ScriptedPhone {
  const phone: ScriptedPhone = {
    serial: 'FLAME1', files: new Map(), refuses,
    shell(command) {
      if (command.startsWith('getprop')) return { output: 'Google\nPixel 4\nQTI\nSM8150\nmsmnile\n13\narm64-v8a\n' };
      if (command.includes('cpuinfo_max_freq')) return { output: clocks };
      if (command.startsWith('dumpsys')) return { output: dumpsys };
      if (command.startsWith('cmd power')) return fixedPerformance ? {} : { errors: 'Unknown command\n', exitCode: 255 };
      if (command.startsWith('sha256sum')) {
        const path = command.split(' ')[1];
        const bytes = phone.files.get(path) ?? Buffer.alloc(0);
        return { output: `${createHash('sha256').update(damages ? Buffer.alloc(1) : bytes).digest('hex')}  ${path}\n` };
      }
      if (command.startsWith('rm -rf')) {
        for (const path of phone.files.keys()) if (path.startsWith(home)) phone.files.delete(path);
        return {};
      }
      const call = /onnxruntime_perf_test .*-r (\d+) .* (\S+\.onnx) results\.csv$/.exec(command);
      if (call === null) return { errors: `sh: unknown command ${command}\n`, exitCode: 127 };
      const other = perfTest?.(command, phone);
      if (other !== undefined) return other;
      if (!phone.files.has(call[2])) return { errors: `Load model from ${call[2]} failed: file doesn't exist\n`, exitCode: 1 };
      const rows = Array.from({ length: Number(call[1]) }, (_, i) => `${call[2]},${(runMs * (i < 3 ? 2 : 1 + (i % 5) / 1000)) / 1000},1000000,12,${i}\n`);
      phone.files.set(`${home}/results.csv`, Buffer.from(rows.join('')));
      return { output: 'Session creation time cost: 0.1 s\nAverage inference time cost total: 20.0 ms\n' };
    },
  };
  return phone;
}
