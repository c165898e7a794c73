export interface LabelBox {
  /** Of the thing that is named. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedLabel {
  /** The left end and the vertical middle of the text. */
  readonly x: number;
  readonly y: number;
}

/**
 * A place for each label beside its point: right, left, above or below, the first that lies in the area and overlaps
 * neither an earlier label nor a point; null where there is none, so that no text ever lies over another.
 */
export function placeLabels(boxes: readonly LabelBox[], area: { width: number; height: number }, gap = 7): (PlacedLabel | null)[] {
  const taken: { x0: number; x1: number; y0: number; y1: number }[] = boxes.map(({ x, y }) => ({ x0: x - 4, x1: x + 4, y0: y - 4, y1: y + 4 }));
  return boxes.map(({ x, y, width, height }, self) => {
    const places = [
      { x: x + gap, y },
      { x: x - gap - width, y },
      { x: x - width / 2, y: y - gap - height / 2 },
      { x: x - width / 2, y: y + gap + height / 2 },
    ];
    for (const place of places) {
      const box = { x0: place.x, x1: place.x + width, y0: place.y - height / 2, y1: place.y + height / 2 };
      const fits = box.x0 >= 0 && box.x1 <= area.width && box.y0 >= 0 && box.y1 <= area.height;
      const free = taken.every((other, i) => i === self
        || other.x1 <= box.x0 || other.x0 >= box.x1 || other.y1 <= box.y0 || other.y0 >= box.y1);
      if (fits && free) {
        taken.push(box);
        return place;
      }
    }
    return null;
  });
}
