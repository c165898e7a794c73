import type { Block } from '../../network/blocks.ts';
import type { Network } from '../../network/network.ts';
import { blockCall } from './blockCalls.ts';
import { indented } from './python.ts';

/** Blocks by the parts of their names: `stages.0.blocks.1` lies in `stages`, there in `0`, and so on. */
type Tree = Map<string, Tree | Block>;

/** Longer lines are broken. */
const lineLength = 140;

/** Python code of the class that lists the network's blocks. @throws RangeError when the order of blocks is not that of their names */
export function networkClass(network: Network): string {
  const tree = treeOf(network.blocks);
  const parts = [...tree].map(([name, part]) => `self.${name} = ${expression(part, network, 8)}`);
  return `class Network(nn.Module):
    """${network.space}, ${network.resolution} px: images [batch, 3, ${network.resolution}, ${network.resolution}] to logits [batch, classes]."""

    def __init__(self, classes=${network.classes}, drop_path=0.0):
        super().__init__()
${indented(parts.join('\n'), 8)}
        initialise(self)
        set_drop_path(self, drop_path)

    def forward(self, images):
        x = images
${[...tree.keys()].map((name) => `        x = self.${name}(x)`).join('\n')}
        return x
`;
}

function treeOf(blocks: readonly Block[]): Tree {
  const root: Tree = new Map();
  for (const block of blocks) {
    const path = block.name.split('.');
    let tree = root;
    for (const part of path.slice(0, -1)) {
      const next = tree.get(part) ?? new Map() as Tree;
      if (!(next instanceof Map)) throw new RangeError(`Block "${block.name}" lies within another one.`);
      tree.set(part, next);
      tree = next;
    }
    tree.set(path[path.length - 1], block);
  }
  const order = [...inOrder(root)];
  if (order.some((block, i) => block !== blocks[i])) throw new RangeError('Blocks of one name do not follow each other.');
  return root;
}

function* inOrder(tree: Tree): Iterable<Block> {
  for (const part of tree.values()) {
    if (part instanceof Map) yield* inOrder(part);
    else yield part;
  }
}

function expression(part: Tree | Block, network: Network, indent: number): string {
  if (!(part instanceof Map)) {
    const made = blockCall(part);
    // The classes of the task are the network's own argument.
    return 'classes' in part ? made.replace(/\bclasses=\d+/, 'classes=classes') : made;
  }
  const names = [...part.keys()];
  const isList = names.every((name, i) => name === String(i));
  const children = [...part].map(([name, child]) => (isList ? '' : `${name}=`) + expression(child, network, indent + 4));
  const [open, close] = [isList ? 'nn.Sequential(' : 'named(', ')'];
  const repeated = isList ? withRepetition(children) : children;
  const line = open + repeated.join(', ') + close;
  return !line.includes('\n') && line.length + indent <= lineLength ? line
    : `${open}\n${indented(repeated.map((child) => `${child},`).join('\n'))}\n${close}`;
}

/** Equal neighbours as one that is made several times. */
function withRepetition(children: readonly string[]): string[] {
  const made: string[] = [];
  for (let i = 0, count; i < children.length; i += count) {
    count = 1;
    while (children[i + count] === children[i]) count++;
    made.push(count === 1 ? children[i] : `*(${children[i]} for _ in range(${count}))`);
  }
  return made;
}
