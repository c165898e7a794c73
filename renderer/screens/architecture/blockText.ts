import type { ArchitectureBlock } from '../../../core/api/contract/types.ts';

export interface BlockLook {
  readonly label: string;
  /** For a box in the drawing. */
  readonly short: string;
  /** 1 to 8: the theme's series colour. */
  readonly tone: number;
}

const looks: Readonly<Record<string, BlockLook>> = {
  conv: { label: 'Convolution', short: 'Conv', tone: 6 },
  patchEmbed: { label: 'Patch embedding', short: 'Patches', tone: 6 },
  overlappingPatchEmbed: { label: 'Overlapping patch embedding', short: 'Patches', tone: 6 },
  depthwisePool: { label: 'Pooling', short: 'Pool', tone: 5 },
  patchMerging: { label: 'Patch merging', short: 'Merging', tone: 5 },
  mbconv: { label: 'MBConv', short: 'MBConv', tone: 1 },
  attention: { label: 'Attention', short: 'Attention', tone: 2 },
  encoderAttention: { label: 'Attention', short: 'Attention', tone: 2 },
  relativeAttention: { label: 'Attention with relative positions', short: 'Attention', tone: 2 },
  ffn: { label: 'FFN', short: 'FFN', tone: 3 },
  encoderMlp: { label: 'MLP', short: 'MLP', tone: 3 },
  pooledHead: { label: 'Head', short: 'Head', tone: 4 },
  tokenHead: { label: 'Head', short: 'Head', tone: 4 },
  tokenPool: { label: 'Pooling', short: 'Pooling', tone: 4 },
};

/** How a type of block is called and coloured; one that is not known keeps its own name. */
export function blockLook(type: string): BlockLook {
  return looks[type] ?? { label: type, short: type, tone: 7 };
}

type Choice = ArchitectureBlock['choices'][number];

/** What was chosen for a block, as short as it is understood: ["3×3", "e6", "↓2", "SE"]; the first ones matter most. */
export function shortChoices({ choices }: Pick<ArchitectureBlock, 'choices'>): string[] {
  return choices.map(shortChoice).filter((text) => text !== '');
}

function shortChoice({ name, value }: Choice): string {
  switch (name) {
    case 'kernel': return times(value);
    case 'stride': return value === '1' ? '' : `↓${value}`;
    case 'expansion': return `e${value}`;
    case 'squeeze-excitation': return 'SE';
    case 'heads': return value === '1' ? '1 head' : `${value} heads`;
    case 'head width': case 'value width': case 'channels': case 'relative positions': return '';
    case 'MLP ratio': return `ratio ${value}`;
    case 'features': return `${value} feat.`;
    case 'patch': return times(value);
    case 'pooling': return value === 'mean of tokens' ? 'mean' : value;
    case 'windows': return `${times(value)} win`;
    default: return value === 'yes' ? name : `${name} ${value}`;
  }
}

/** A block's type, with its kernel where it has one: "MBConv 5×5". */
export function blockTitle(block: Pick<ArchitectureBlock, 'type' | 'choices'>): string {
  const [first] = shortChoices(block);
  return first !== undefined && isSize(first) ? `${blockLook(block.type).short} ${first}` : blockLook(block.type).short;
}

/** "3×3" and the like. */
export const isSize = (text: string) => /^\d+×\d+$/.test(text);

/** "56×56, 40 channels", "197 tokens of 192". */
export function shapeText({ channels, height, width, extraTokens }: ArchitectureBlock['input']): string {
  if (height === 1 && width === 1 && !extraTokens) return `${channels} ${channels === 1 ? 'value' : 'values'}`;
  const tokens = extraTokens ? ` + ${extraTokens} ${extraTokens === 1 ? 'token' : 'tokens'}` : '';
  return `${height}×${width}${tokens}, ${channels} ${channels === 1 ? 'channel' : 'channels'}`;
}

/** "MBConv, kernel 3×3, stride 2": for screen readers and tooltips. */
export function blockSentence(block: Pick<ArchitectureBlock, 'type' | 'choices'>): string {
  return [blockLook(block.type).label, ...block.choices.map(({ name, value }) => (value === 'yes' ? name : `${name} ${times(value)}`))].join(', ');
}

/** A product sign where a size is meant: "3x3" becomes "3×3". */
export const times = (value: string) => value.replace(/^(\d+)x(\d+)$/, '$1×$2');
