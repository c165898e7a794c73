/** Colour and symbol of a chart's series: told apart by colour-blind readers (Okabe and Ito), and by shape in print without colours. */
export const seriesLooks = [
  ['#000000', 'circle'], ['#0072b2', 'rect'], ['#e69f00', 'triangle'], ['#009e73', 'diamond'], ['#cc79a7', 'pin'], ['#56b4e9', 'arrow'],
] as const;
