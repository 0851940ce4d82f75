/* A drawn figure as a file: SVG that stands alone (the page's colours and type written into it), or PNG at twice its size. */

import { download } from '../download.ts';

const styled = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'color',
  'text-anchor',
];

/** The figure at `element` as text of an SVG file; `undefined` where there is none. Several (a legend, facets) stand below each other. */
export function svgText(element: Element): { readonly text: string; readonly width: number; readonly height: number } | undefined {
  const parts = [...element.querySelectorAll('svg')].filter((svg) => svg.parentElement?.closest('svg') === null && svg.clientWidth > 0);
  if (parts.length === 0) return undefined;
  const boxes = parts.map((svg) => svg.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left)),
    top = Math.min(...boxes.map((box) => box.top));
  const width = Math.ceil(Math.max(...boxes.map((box) => box.right)) - left),
    height = Math.ceil(Math.max(...boxes.map((box) => box.bottom)) - top);
  const paper = getComputedStyle(document.body).backgroundColor;
  const root = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  root.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  root.setAttribute('width', String(width));
  root.setAttribute('height', String(height));
  root.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const ground = document.createElementNS(root.namespaceURI, 'rect') as SVGRectElement;
  ground.setAttribute('width', '100%');
  ground.setAttribute('height', '100%');
  ground.setAttribute('fill', paper);
  root.append(ground);
  parts.forEach((svg, i) => {
    const copy = frozen(svg);
    copy.setAttribute('x', String(boxes[i]!.left - left));
    copy.setAttribute('y', String(boxes[i]!.top - top));
    copy.setAttribute('width', String(boxes[i]!.width));
    copy.setAttribute('height', String(boxes[i]!.height));
    root.append(copy);
  });
  return { text: new XMLSerializer().serializeToString(root), width, height };
}

/** A copy whose styles do not hang on the page. */
function frozen(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const from = [svg, ...svg.querySelectorAll('*')],
    to = [copy, ...copy.querySelectorAll('*')];
  from.forEach((element, i) => {
    const style = getComputedStyle(element),
      target = to[i] as SVGElement;
    if (!('style' in target) || ['style', 'title', 'defs'].includes(element.localName)) return;
    for (const name of styled) target.style.setProperty(name, style.getPropertyValue(name));
  });
  for (const gone of copy.querySelectorAll('style, .plot-tip, .plot-cross')) gone.remove();
  return copy;
}

export function saveSvg(element: Element, name: string): void {
  const figure = svgText(element);
  if (figure) download(figure.text, `${name}.svg`, 'image/svg+xml');
}

/** Rejects where the browser cannot draw it. */
export async function savePng(element: Element, name: string): Promise<void> {
  const figure = svgText(element);
  if (!figure) return;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(figure.text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = figure.width * 2;
  canvas.height = figure.height * 2;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser gives no canvas');
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('the picture could not be made');
  download(blob, `${name}.png`);
}
