import { describe, expect, it } from 'vitest';
import { itemByKey } from '../../../renderer/screens/architecture/drawing/keys.ts';
import { drawingFor, fitScale, layoutDrawing } from '../../../renderer/screens/architecture/drawing/layout.ts';
import type { Box, DrawingLayout, LayoutStage } from '../../../renderer/screens/architecture/drawing/layout.ts';

/** Stages of so many layers each, two items to a layer. */
const stagesOf = (...layers: number[]): LayoutStage[] => layers.map((count, s) => ({
  id: `s${s}`,
  items: Array.from({ length: count * 2 }, (_, i) => ({ id: `s${s}.${i}`, layer: `layers.${Math.floor(i / 2)}` })),
}));
const wide = { width: 830, height: 330 };

function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
function overlapping(boxes: readonly Box[]): number {
  return boxes.reduce((count, box, i) => count + boxes.slice(i + 1).filter((other) => overlaps(box, other)).length, 0);
}
const inside = (inner: Box, outer: Box) => inner.x >= outer.x && inner.y >= outer.y
  && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height;

const cases: [string, LayoutStage[]][] = [
  ['a small network', stagesOf(1, 2, 3, 1, 1)], ['a deep network', stagesOf(3, 5, 6, 11, 13, 13, 13, 1)],
  ['one long stage', stagesOf(24)], ['many short stages', stagesOf(...Array<number>(24).fill(1))],
];
const rooms = [wide, { width: 500, height: 900 }, { width: 2600, height: 1200 }, { width: 60, height: 40 }];

describe.each(cases)('the drawing of %s', (_, stages) => {
  it.each(rooms)('has every block once, none over another, in $width x $height', (room) => {
    const layout = layoutDrawing(stages, room);
    expect(layout.items.map(({ id }) => id)).toEqual(stages.flatMap(({ items }) => items.map(({ id }) => id)));
    expect(overlapping(layout.items)).toBe(0);
    expect(overlapping(layout.stages)).toBe(0);
  });

  it('keeps blocks within their stage, and stages within the drawing', () => {
    const layout: DrawingLayout = layoutDrawing(stages, wide);
    for (const item of layout.items) {
      const stage = layout.stages.find(({ id }) => id === item.stage);
      expect(stage && inside(item, stage.group) && inside(stage.group, stage)).toBe(true);
    }
    for (const stage of layout.stages) expect(inside(stage, { x: 0, y: 0, width: layout.width, height: layout.height })).toBe(true);
  });
});

describe('the drawing', () => {
  it('fills a wide room without becoming larger than it', () => {
    const layout = layoutDrawing(stagesOf(1, 2, 3, 1, 1, 1, 1), { width: 1000, height: 400 });
    expect(fitScale(layout, { width: 1000, height: 400 })).toBe(1);
    expect(layout.width).toBeGreaterThan(900);
  });

  it('grows in a large room and still lies within it, and is never smaller than can be read', () => {
    const room = { width: 2400, height: 900 };
    const { layout, scale } = drawingFor(stagesOf(1, 2, 3), room);
    expect(scale).toBe(1.5);
    expect(layout.width * scale).toBeLessThanOrEqual(room.width);
    expect(layout.height * scale).toBeLessThanOrEqual(room.height);
    expect(drawingFor(stagesOf(9, 9, 9), { width: 60, height: 40 }).scale).toBe(0.55);
  });

  it('shows two lines for each block where they fit, and one where that keeps the text readable', () => {
    expect(layoutDrawing(stagesOf(1, 2, 2), wide).density).toBe('detailed');
    expect(layoutDrawing(stagesOf(9, 9, 9, 9, 9, 9, 9), wide).density).toBe('compact');
  });

  it('never separates the blocks of a layer', () => {
    const { items } = layoutDrawing(stagesOf(24), { width: 900, height: 300 });
    for (let i = 0; i < items.length; i += 2) expect(items[i].x).toBe(items[i + 1].x);
  });

  it('of nothing is empty', () => {
    expect(layoutDrawing([], wide).items).toEqual([]);
  });
});

describe('arrow keys', () => {
  const { items } = layoutDrawing(stagesOf(2, 3, 1), { width: 900, height: 600 });

  it('follow the data flow with up and down', () => {
    expect(itemByKey(items, 's0.3', 'ArrowDown')).toBe('s1.0');
    expect(itemByKey(items, 's1.0', 'ArrowUp')).toBe('s0.3');
    expect(itemByKey(items, 's0.0', 'ArrowUp')).toBeNull();
  });

  it('go to the neighbouring stage at the same height with left and right', () => {
    expect(itemByKey(items, 's0.2', 'ArrowRight')).toBe('s1.2');
    expect(itemByKey(items, 's1.5', 'ArrowRight')).toBe('s2.1');
    expect(itemByKey(items, 's1.5', 'ArrowLeft')).toBe('s0.3');
    expect(itemByKey(items, 's2.0', 'ArrowRight')).toBeNull();
  });

  it('reach the first and the last block, and leave other keys alone', () => {
    expect(itemByKey(items, 's1.2', 'Home')).toBe('s0.0');
    expect(itemByKey(items, 's1.2', 'End')).toBe('s2.1');
    expect(itemByKey(items, 's1.2', 'a')).toBeNull();
  });
});
