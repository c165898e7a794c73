/*
 * Where everything of a network's drawing goes, in units of CSS pixels at a root font size of 13 px. A stage is a
 * column: its feature map as a body above, its name, then its blocks from top to bottom. Columns run from left to
 * right, in as many rows as make the text largest.
 */

export interface LayoutItem {
  readonly id: string;
  /** Items of one layer stay close together. */
  readonly layer: string;
}

export interface LayoutStage {
  readonly id: string;
  readonly items: readonly LayoutItem[];
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Boxes with two lines of text, or with one. */
export type Density = 'detailed' | 'compact';

export interface DrawnStage extends Box {
  readonly id: string;
  /** Where its feature map stands: the middle of the ground line. */
  readonly map: { readonly x: number; readonly y: number };
  readonly titleY: number;
  /** Around the blocks. */
  readonly group: Box;
}

export interface DrawnItem extends Box {
  readonly id: string;
  readonly stage: string;
  /** Distance to the item above that leads to this one; 0 for the first of a column. */
  readonly gap: number;
}

export interface DrawingLayout {
  readonly width: number;
  readonly height: number;
  readonly density: Density;
  /** Where the picture that goes in is drawn: the middle of its ground line. */
  readonly input: { readonly x: number; readonly y: number };
  readonly stages: readonly DrawnStage[];
  readonly items: readonly DrawnItem[];
}

export interface Room {
  readonly width: number;
  readonly height: number;
}

export const mapRoom = 60;
const titleRoom = 36;
const itemHeights: Readonly<Record<Density, number>> = { detailed: 32, compact: 19 };
const layerGap = 7;
const itemGap = 2;
const padding = 4;
const stageGap = 9;
const rowGap = 22;
const inputWidth = 58;
const minColumn = 74;
const maxColumn = 148;
const margin = 8;

/** A stage cut into columns that stand beside each other. */
interface Piece {
  readonly stage: LayoutStage;
  readonly columns: readonly (readonly LayoutItem[])[];
}

interface Plan {
  readonly rows: readonly (readonly Piece[])[];
  readonly density: Density;
}

/** The layout that fills a room best. Larger than the room where the text would become too small otherwise. */
export function layoutDrawing(stages: readonly LayoutStage[], room: Room): DrawingLayout {
  const longest = Math.max(1, ...stages.map(({ items }) => items.length));
  const limits = [...new Set([longest, 16, 12, 9, 6].filter((limit) => limit <= longest))];
  let best: { plan: Plan; score: number } | undefined;
  for (const density of ['detailed', 'compact'] as const) {
    for (const limit of limits) {
      const pieces = stages.map((stage) => ({ stage, columns: cut(stage.items, limit) }));
      for (let rowCount = 1; rowCount <= Math.min(4, stages.length); rowCount += 1) {
        const plan = { rows: wrapped(pieces, rowCount), density };
        const scale = Math.min(1, room.width / widthOf(plan, minColumn), room.height / heightOf(plan));
        // Two lines of text are worth some size, as long as they stay readable; a network in one row is easier to follow.
        const score = scale ** 1.5 * (density === 'detailed' ? 1.2 : 1) * (1 - 0.02 * (rowCount - 1)) * (limit === longest ? 1 : 0.98);
        if (best === undefined || score > best.score + 1e-9) best = { plan, score };
      }
    }
  }
  return best === undefined ? empty : placed(best.plan, room);
}

/** How much a layout is scaled to lie in a room, never beyond its own size. */
export function fitScale(layout: Pick<DrawingLayout, 'width' | 'height'>, room: Room): number {
  return Math.min(1, room.width / layout.width, room.height / layout.height);
}

/** Where the room is large, the drawing grows with it, but never so far that it needs more rows or columns. */
export function drawingFor(stages: readonly LayoutStage[], room: Room): { readonly layout: DrawingLayout; readonly scale: number } {
  const plain = layoutDrawing(stages, room);
  for (const scale of growth) {
    const smaller = { width: room.width / scale, height: room.height / scale };
    const layout = layoutDrawing(stages, smaller);
    if (layout.density === plain.density && fitScale(layout, smaller) === 1) return { layout, scale };
  }
  return { layout: plain, scale: Math.max(smallestScale, fitScale(plain, room)) };
}

const growth = [1.5, 1.4, 1.3, 1.2, 1.1];
/** Below this the text is too small to read; the drawing is scrolled instead. */
const smallestScale = 0.55;

const empty: DrawingLayout = { width: 2 * margin, height: 2 * margin, density: 'detailed', input: { x: 0, y: 0 }, stages: [], items: [] };

/** Cuts at the borders of layers, into columns of about the same length. */
function cut(items: readonly LayoutItem[], limit: number): LayoutItem[][] {
  const layers: LayoutItem[][] = [];
  for (const item of items) {
    if (layers.at(-1)?.[0].layer === item.layer) layers.at(-1)?.push(item);
    else layers.push([item]);
  }
  const target = Math.ceil(items.length / Math.ceil(items.length / limit));
  const columns: LayoutItem[][] = [[]];
  for (const layer of layers) {
    const column = columns[columns.length - 1];
    if (column.length > 0 && column.length + layer.length > target) columns.push([...layer]);
    else column.push(...layer);
  }
  return columns;
}

/** Spreads pieces over rows of about the same number of columns, in order. */
function wrapped(pieces: readonly Piece[], rowCount: number): Piece[][] {
  const total = pieces.reduce((sum, { columns }) => sum + columns.length, 0);
  const rows: Piece[][] = [[]];
  let used = 0;
  for (const piece of pieces) {
    if (rows[rows.length - 1].length > 0 && used + piece.columns.length / 2 > (total * rows.length) / rowCount && rows.length < rowCount) rows.push([]);
    rows[rows.length - 1].push(piece);
    used += piece.columns.length;
  }
  return rows;
}

function pieceWidth({ columns }: Piece, column: number): number {
  return columns.length * column + (columns.length - 1) * padding + 2 * padding;
}

function rowWidth(row: readonly Piece[], column: number): number {
  return inputWidth + row.reduce((sum, piece) => sum + pieceWidth(piece, column) + stageGap, 0) - stageGap;
}

function widthOf({ rows }: Plan, column: number): number {
  return 2 * margin + Math.max(...rows.map((row) => rowWidth(row, column)));
}

function columnHeight(items: readonly LayoutItem[], density: Density): number {
  return items.reduce((sum, item, i) => sum + itemHeights[density] + (i === 0 ? 0 : items[i - 1].layer === item.layer ? itemGap : layerGap), 0);
}

function pieceHeight({ columns }: Piece, density: Density): number {
  return Math.max(...columns.map((items) => columnHeight(items, density))) + 2 * padding;
}

function rowHeight(row: readonly Piece[], density: Density): number {
  return mapRoom + titleRoom + Math.max(...row.map((piece) => pieceHeight(piece, density)));
}

function heightOf({ rows, density }: Plan): number {
  return 2 * margin + rows.reduce((sum, row) => sum + rowHeight(row, density), 0) + (rows.length - 1) * rowGap;
}

function placed(plan: Plan, room: Room): DrawingLayout {
  const { rows, density } = plan;
  const height = heightOf(plan);
  // Columns grow until the room is filled, so far as that leaves the text its size.
  const scale = Math.min(1, room.width / widthOf(plan, minColumn), room.height / height);
  const columnsInRow = Math.max(...rows.map((row) => row.reduce((sum, { columns }) => sum + columns.length, 0)));
  const column = Math.min(maxColumn, minColumn + Math.max(0, (room.width / scale - widthOf(plan, minColumn)) / columnsInRow));
  const stages: DrawnStage[] = [];
  const items: DrawnItem[] = [];
  let top = margin;
  for (const row of rows) {
    let left = margin + inputWidth;
    for (const piece of row) {
      const width = pieceWidth(piece, column);
      const groupTop = top + mapRoom + titleRoom;
      stages.push({
        id: piece.stage.id, x: left, y: top, width, height: mapRoom + titleRoom + pieceHeight(piece, density),
        map: { x: left + width / 2, y: top + mapRoom - 4 }, titleY: top + mapRoom + 13,
        group: { x: left, y: groupTop, width, height: pieceHeight(piece, density) },
      });
      piece.columns.forEach((columnItems, c) => {
        let y = groupTop + padding;
        columnItems.forEach((item, i) => {
          const gap = i === 0 ? 0 : columnItems[i - 1].layer === item.layer ? itemGap : layerGap;
          y += gap;
          items.push({
            id: item.id, stage: piece.stage.id, x: left + padding + c * (column + padding), y, width: column, height: itemHeights[density],
            gap,
          });
          y += itemHeights[density];
        });
      });
      left += width + stageGap;
    }
    top += rowHeight(row, density) + rowGap;
  }
  return { width: widthOf(plan, column), height, density, input: { x: margin + inputWidth / 2 - 6, y: margin + mapRoom - 4 }, stages, items };
}
