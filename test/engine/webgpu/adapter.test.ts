import { describe, expect, it } from 'vitest';
import { chosenOf, explain, findAdapter, vulkanDevices } from '../../../core/engine/webgpu/adapter.ts';

describe('the search for a GPU', () => {
  it('ends in an adapter, or in a reason and a remedy, and always in the same', () => {
    const found = findAdapter();
    if ('adapter' in found) expect(found.adapter.name).not.toBe('');
    else expect(found.reason && found.remedy).toBeTruthy();
    expect(findAdapter()).toBe(found);
  });

  it('reads names in the order in which the Vulkan loader offers them', () => {
    // As loader 1.3.239 writes with VK_LOADER_DEBUG=all; it looks more than once.
    const log = [
      'DRIVER:           Found ICD manifest file /usr/share/vulkan/icd.d/lvp_icd.json, version "1.0.0"',
      'INFO | DRIVER:    linux_read_sorted_physical_devices:',
      'INFO | DRIVER:         Original order:',
      'INFO | DRIVER:               [0] llvmpipe (LLVM 15.0.6, 256 bits)',
      'INFO | DRIVER:               [1] NVIDIA H200',
      'INFO | DRIVER:         Sorted order:',
      'INFO | DRIVER:               [0] NVIDIA H200  ',
      'INFO | DRIVER:               [1] llvmpipe (LLVM 15.0.6, 256 bits)  ',
      'DEBUG | DRIVER:   Copying old device 0 into new device 0',
      'DEBUG:            [2] something else',
    ].join('\n');
    expect(vulkanDevices(log + log)).toEqual(['NVIDIA H200', 'llvmpipe (LLVM 15.0.6, 256 bits)']);
    expect(vulkanDevices('')).toEqual([]);
  });

  it.each([
    [['llvmpipe (LLVM 15.0.6, 256 bits)', 'AMD Radeon 780M (RADV PHOENIX)'], { name: 'AMD Radeon 780M (RADV PHOENIX)', software: false }],
    [['SwiftShader Device (Subzero)'], { name: 'SwiftShader Device (Subzero)', software: true }],
    [['Microsoft Basic Display Adapter'], { name: 'Microsoft Basic Display Adapter', software: true }],
    [['Apple M4'], { name: 'Apple M4', software: false }],
    [[], { name: 'of unknown name', software: false }],
  ])('tells software from GPUs: %j', (names, adapter) => {
    expect(chosenOf(names)).toEqual(adapter);
  });

  it.each([
    ['Failed to get a WebGPU adapter: No supported adapters', 'linux', 'x64', /Vulkan/, /vulkaninfo/],
    ['Failed to get a WebGPU adapter: No supported adapters', 'win32', 'x64', /No GPU was found/, /driver/],
    ["Invalid argument: sessionOptions.executionProviders[0] is unsupported: 'webgpu'.", 'linux', 'arm64', /no WebGPU for linux-arm64/, /ort engine/],
    ['Device lost.\n at somewhere', 'linux', 'x64', /cannot use the GPU \(Device lost\.\)/, /--engine ort/],
  ] as const)('explains "%s" on %s-%s', (failure, platform, arch, reason, remedy) => {
    const obstacle = explain(failure, platform, arch);
    expect(obstacle.reason).toMatch(reason);
    expect(obstacle.remedy).toMatch(remedy);
  });
});
