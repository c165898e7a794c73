import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { loadOrt, type NativeSession } from '../../../core/engine/ort/binding.ts';
import { Specialisations } from '../../../core/engine/ort/specialisations.ts';
import { prepareForWebGpu } from '../../../core/engine/webgpu/prepare.ts';
import { differentiate, differentiableFeeds } from '../../../core/graph/gradient.ts';
import { bindFeeds, feedNames, type Graph } from '../../../core/graph/graph.ts';
import { encodeModel } from '../../../core/graph/onnx/model.ts';
import { modeGraph } from '../../../core/model/forward.ts';
import { updateGraph } from '../../../core/training/updateGraph.ts';
import { allBlocks, blockFeeds } from '../../model/blockCases.ts';
import { gpuForTests } from './gpu.ts';

const gpu = gpuForTests();

/** A session that refuses graphs of which any node would have to run on the CPU. */
function loadWithoutFallback(graph: Graph, sizes: ReadonlyMap<string, number>): void {
  const prepared = prepareForWebGpu(graph);
  const fed = new Set(feedNames(prepared));
  const model = encodeModel(new Specialisations(prepared, [...new Set(graph.outputs)].filter((name) => !fed.has(name))).at(sizes).model);
  loadOrt();
  const { binding } = createRequire(import.meta.url)('onnxruntime-node/dist/binding.js') as { binding: { InferenceSession: new () => NativeSession } };
  const session = new binding.InferenceSession();
  session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
    executionProviders: [{ name: 'webgpu', preferredLayout: 'NCHW' }], preferredOutputLocation: 'gpu-buffer', logSeverityLevel: 4,
    extra: { session: { disable_cpu_ep_fallback: '1' } },
  });
  session.dispose();
}

describe.skipIf(gpu.reason)(gpu.reason ? `operators on a GPU (skipped: ${gpu.reason})` : `operators on ${gpu.device}`, () => {
  it('of all blocks, forward, backward and in inference, need no CPU', () => {
    const seen = new Set<Graph>();
    for (const { label, block } of allBlocks()) {
      for (const mode of ['training', 'inference'] as const) {
        const graph = modeGraph(block, mode);
        if (seen.has(graph)) continue;
        seen.add(graph);
        const sizes = new Map<string, number>();
        bindFeeds(graph, blockFeeds(block, mode, 2, new Random(label)), sizes);
        const { forward, backward } = differentiate(graph, graph.outputs[0], differentiableFeeds(graph));
        for (const part of [graph, forward, backward]) expect(() => loadWithoutFallback(part, sizes), `${label}, ${part.name}`).not.toThrow();
      }
    }
    expect(seen.size).toBeGreaterThan(50);
  });

  it('of the parameter update need no CPU', () => {
    const { graph } = updateGraph({ weightDecay: 0.1, clipNorm: 1, averageDecay: 0.9 });
    loadWithoutFallback(graph, new Map([['rows', 2], ['columns', 4]]));
  });
});
