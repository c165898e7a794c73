import type { DeviceModel } from '../../latency/deviceModel.ts';
import { predictLatency } from '../../latency/predict.ts';
import { blockParams, networkParams } from '../../network/blockGraph.ts';
import { blockChoices } from '../../network/choices.ts';
import { blockMacs, networkMacs } from '../../network/counts.ts';
import { stageName } from '../../network/stageName.ts';
import { architectureId } from '../../search/result.ts';
import { findArchitecture, getSpace, publishedName, spaceIds } from '../../spaces/index.ts';
import { namedDevice } from '../../study/devices/namedDevice.ts';
import type { ArchitectureDetail } from '../contract/types.ts';
import type { OutputOf, ParsedInputOf } from '../contract/contract.ts';

export function listSpaces(): OutputOf<'spaces.list'> {
  return spaceIds.map(getSpace).map(({ id, title, size, resolutions, networks, defaultClasses }) => ({
    id, title, size: String(size), resolutions: [...resolutions], networks: Object.keys(networks), defaultClasses,
  }));
}

/**
 * Everything there is to know about one architecture without training it.
 * @param deviceOf the device models that names and paths mean; those that everybody has unless given
 * @throws InputError as findArchitecture and namedDevice
 */
export async function describeArchitecture(
  input: ParsedInputOf<'architectures.describe'>, deviceOf: (name: string) => DeviceModel = (name) => namedDevice(name),
): Promise<ArchitectureDetail> {
  const space = getSpace(input.space);
  const arch = typeof input.arch === 'string' ? await findArchitecture(space, input.arch) : space.parse(input.arch);
  const network = space.lower(arch, { classes: input.classes, resolution: input.resolution });
  const predictions = input.devices.map((name) => {
    const model = deviceOf(name);
    return { device: model.name, ...predictLatency(model, network) };
  });
  const key = space.key(arch);
  return {
    space: space.id, id: architectureId(key), key, name: publishedName(space, arch) ?? null,
    arch, resolution: network.resolution, classes: network.classes, params: networkParams(network), macs: networkMacs(network),
    latencies: predictions.map(({ device, latencyMs, lowMs, highMs, outOfRange }) => ({ device, latencyMs, lowMs, highMs, outOfRange: [...outOfRange] })),
    blocks: network.blocks.map((block, i) => ({
      name: block.name, type: block.type, stage: stageName(block.name), input: block.input, output: block.output,
      params: blockParams(block), macs: blockMacs(block), choices: blockChoices(block),
      latencyMs: Object.fromEntries(predictions.map(({ device, blocks }) => [device, blocks[i].latencyMs])),
      outsideOf: predictions.filter(({ blocks }) => blocks[i].isOutside).map(({ device }) => device),
    })),
    json: JSON.stringify(arch),
  };
}
