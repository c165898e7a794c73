import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/base/random.ts';
import { GraphSession } from '../../../core/engine/ort/graphSession.ts';
import type { InPlaceSession } from '../../../core/engine/ort/inPlaceSession.ts';
import { SessionPool } from '../../../core/engine/ort/sessionPool.ts';
import { GraphBuilder } from '../../../core/graph/builder.ts';
import { normal, relativeDifference } from '../compare.ts';
import { evaluateExactly } from '../exact.ts';

const fresh = (length: number) => new Float32Array(length);
const oneThread = { threads: 1 };

/** A depthwise convolution and its batch-independent scale: one session per number of channels. */
function depthwiseGraph() {
  const builder = new GraphBuilder('depthwise');
  builder.input('x', ['B', 'c', 'H', 'W']);
  builder.parameter('weight', ['c', 1, 3, 3]);
  return builder.build([builder.conv('x', 'weight', { depthwise: true })]);
}

function depthwiseFeeds(random: Random, channels: number) {
  return { x: normal(random, [2, channels, 4, 4]), weight: normal(random, [channels, 1, 3, 3]) };
}

describe('a graph session', () => {
  it('serves every width, batch and resolution', () => {
    const random = new Random('widths');
    const graph = depthwiseGraph();
    const session = new GraphSession(graph, oneThread);
    for (const [batch, channels, size] of [[2, 3, 4], [1, 5, 7], [2, 3, 4], [4, 3, 2], [1, 1, 1]]) {
      const feeds = { x: normal(random, [batch, channels, size, size]), weight: normal(random, [channels, 1, 3, 3]) };
      const [y] = session.run(feeds, fresh);
      expect(y.shape).toEqual([batch, channels, size, size]);
      expect(relativeDifference(y.data, evaluateExactly(graph, feeds).get(graph.outputs[0])!.data)).toBeLessThan(1e-5);
    }
    session.dispose();
  });

  it('works again after its native memory was let go', () => {
    const random = new Random('dispose');
    const pool = new SessionPool<InPlaceSession>(1);
    const session = new GraphSession(depthwiseGraph(), oneThread, pool);
    const feeds = depthwiseFeeds(random, 4);
    const [before] = session.run(feeds, fresh);
    expect(pool.size).toBe(1);
    session.dispose();
    session.dispose();
    expect(pool.size).toBe(0);
    const [after] = session.run(feeds, fresh);
    expect(after.data).toEqual(before.data);
    session.dispose();
  });

  it('gives outputs that are inputs, or named twice, memory of their own', () => {
    const builder = new GraphBuilder('passing');
    builder.input('x', ['n']);
    const y = builder.mul('x', 3);
    const session = new GraphSession(builder.build([y, 'x', y]), oneThread);
    const x = { shape: [2], data: Float32Array.of(1, 2) };
    const results = session.run({ x }, fresh);
    expect(results.map(({ data }) => [...data])).toEqual([[3, 6], [1, 2], [3, 6]]);
    expect(new Set([x, ...results].map(({ data }) => data.buffer)).size).toBe(4);
    session.dispose();
  });

  it('runs graphs without any node', () => {
    const builder = new GraphBuilder('empty');
    builder.input('x', ['n']);
    expect([...new GraphSession(builder.build(['x']), oneThread).run({ x: { shape: [2], data: Float32Array.of(1, 2) } }, fresh)[0].data]).toEqual([1, 2]);
  });

  it('reads feeds that are views into larger memory', () => {
    const builder = new GraphBuilder('views');
    builder.input('x', ['n']);
    const session = new GraphSession(builder.build([builder.mul('x', 2)]), oneThread);
    const memory = Float32Array.of(9, 9, 9, 1, 2, 9);
    expect([...session.run({ x: { shape: [2], data: memory.subarray(3, 5) } }, fresh)[0].data]).toEqual([2, 4]);
    session.dispose();
  });

  it('adds rows of equal index without losing any, with several threads too', () => {
    // The offsets between all positions of a map of 16x16: every row of the table gets up to 256 updates. Whole numbers
    // add up exactly in any order, so a single lost update shows.
    const [side, heads] = [16, 4];
    const positions = Array.from({ length: side * side }, (_, i) => [Math.floor(i / side), i % side]);
    const indices = Int32Array.from(positions.flatMap(([y, x]) => positions.map(([v, u]) => (y - v + 15) * 31 + x - u + 15)));
    const random = new Random('scatter');
    const rows = Float32Array.from({ length: indices.length * heads }, () => random.integer(4));
    const expected = new Float32Array(31 * 31 * heads);
    rows.forEach((value, i) => { expected[indices[Math.floor(i / heads)] * heads + i % heads] += value; });

    const builder = new GraphBuilder('scatter');
    builder.input('rows', ['n', 'heads']);
    builder.table('indices', ['n']);
    const session = new GraphSession(builder.build([builder.add('ScatterAdd', ['indices', 'rows'], { shape: [31 * 31, 'heads'] })]), { threads: 4 });
    const feeds = { rows: { shape: [indices.length, heads], data: rows }, indices: { shape: [indices.length], data: indices } };
    for (let repeat = 0; repeat < 40; repeat++) expect(session.run(feeds, fresh)[0].data).toEqual(expected);
    session.dispose();
  });

  it('says which sizes it would need to know', () => {
    const builder = new GraphBuilder('unknown');
    builder.input('x', ['a*b']);
    const session = new GraphSession(builder.build([builder.reshape('x', ['a', 'b'])]), oneThread);
    expect(() => session.run({ x: { shape: [6], data: new Float32Array(6) } }, fresh)).toThrow('The size of dimension "a" is not known.');
    expect(session.run({ x: { shape: [6], data: new Float32Array(6) } }, fresh, new Map([['b', 3]]))[0].shape).toEqual([2, 3]);
    session.dispose();
  });
});

describe('the pool of sessions', () => {
  it('lets the least recently used go, across graphs', () => {
    const random = new Random('pool');
    const pool = new SessionPool<InPlaceSession>(1, 3);
    const [first, second] = [new GraphSession(depthwiseGraph(), oneThread, pool), new GraphSession(depthwiseGraph(), oneThread, pool)];
    const widths = [1, 2, 3, 4, 5, 1, 2];
    const results = widths.map((channels) => {
      const feeds = depthwiseFeeds(random, channels);
      const [y] = (channels % 2 === 0 ? first : second).run(feeds, fresh);
      expect(pool.size).toBeLessThanOrEqual(3);
      return relativeDifference(y.data, evaluateExactly(depthwiseGraph(), feeds).get('conv:0')!.data);
    });
    expect(Math.max(...results)).toBeLessThan(1e-5);
    first.dispose();
    second.dispose();
    expect(pool.size).toBe(0);
  });

  it('holds about a thousand threads at most', () => {
    for (const threads of [1, 2, 4, 8, 64]) {
      const { capacity } = new SessionPool(threads);
      expect(capacity * (threads - 1)).toBeLessThanOrEqual(1024);
      expect(capacity).toBeGreaterThanOrEqual(16);
      expect(capacity).toBeLessThanOrEqual(512);
    }
  });
});
