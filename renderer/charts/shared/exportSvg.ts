/** The properties that a standalone SVG needs, since the page's style sheets stay behind. */
const carried = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray', 'stroke-linejoin', 'opacity',
  'font-family', 'font-size', 'font-weight', 'font-variant-numeric', 'text-anchor', 'dominant-baseline', 'paint-order'];

export interface SvgExport {
  readonly title: string;
  readonly background: string;
  /** SVG markup under everything else, such as the points; already escaped. */
  readonly underlay?: string;
  /** Elements matching this selector are left out: handles, hover marks. */
  readonly without?: string;
}

/** A drawn SVG element as a file of its own that looks the same. */
export function svgFile(svg: SVGSVGElement, { title, background, underlay = '', without }: SvgExport): string {
  const { width, height } = svg.getBoundingClientRect();
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`
    + `<title>${escaped(title)}</title><rect width="${width}" height="${height}" fill="${background}"/>${underlay}${svgContent(svg, without)}</svg>\n`;
}

/** What an SVG element holds, as markup that carries its own styles. */
export function svgContent(svg: SVGSVGElement, without?: string): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = svg.querySelectorAll('*');
  copy.querySelectorAll('*').forEach((element, i) => {
    const style = getComputedStyle(originals[i]);
    for (const property of carried) {
      const value = style.getPropertyValue(property);
      if (value !== '') element.setAttribute(property, value);
    }
    for (const name of ['class', 'style', 'tabindex', 'role']) element.removeAttribute(name);
    for (const { name } of [...element.attributes]) if (/^(data-|aria-)/.test(name)) element.removeAttribute(name);
    if (without !== undefined && originals[i].matches(without)) element.setAttribute('data-left-out', '');
  });
  for (const element of copy.querySelectorAll('[data-left-out]')) element.remove();
  return copy.innerHTML.replace(/<!--.*?-->/gs, '');
}

/** Draws an SVG file into a PNG of `scale` pixels per CSS pixel. */
export async function pngOf(svg: string, scale: number): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(image.naturalWidth * scale);
    canvas.height = Math.round(image.naturalHeight * scale);
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (blob === null) throw new Error(`The figure of ${canvas.width} x ${canvas.height} pixels is too large to be drawn.`);
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
}

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign);
}
