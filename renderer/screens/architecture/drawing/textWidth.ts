/* Texts in SVG neither wrap nor end in an ellipsis: they are measured and cut before they are drawn. */

let context: CanvasRenderingContext2D | null | undefined;
const known = new Map<string, number>();

/** Width in drawing units of a text in the window's font; about that where there is no canvas, as in tests. */
export function textWidth(text: string, size: number, weight = 400): number {
  context ??= globalThis.document?.createElement('canvas').getContext('2d') ?? null;
  if (context === null) return text.length * size * 0.6;
  const key = `${weight} ${size} ${text}`;
  let width = known.get(key);
  if (width === undefined) {
    context.font = `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;
    width = context.measureText(text).width;
    if (known.size > 5000) known.clear();
    known.set(key, width);
  }
  return width;
}

/** A text cut with an ellipsis to lie in `room` drawing units; nothing where not even three letters do. */
export function fitted(text: string, room: number, size: number, weight = 400): string {
  if (textWidth(text, size, weight) <= room) return text;
  for (let length = text.length - 1; length >= 3; length -= 1) {
    const cut = `${text.slice(0, length).trimEnd()}…`;
    if (textWidth(cut, size, weight) <= room) return cut;
  }
  return '';
}

/** The first of some texts that fits; the last one cut where none does. */
export function firstFitting(texts: readonly string[], room: number, size: number, weight = 400): string {
  return texts.find((text) => textWidth(text, size, weight) <= room) ?? fitted(texts[texts.length - 1] ?? '', room, size, weight);
}
