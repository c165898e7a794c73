import { readFileSync } from 'node:fs';
import type { Network } from '../../network/network.ts';
import { networkClass } from './networkText.ts';
import { startTables } from './starts.ts';

/**
 * A network as a PyTorch program: the classes of its block types, which are kept as Python (blocks/), and a class that lists
 * its blocks with their sizes, made from the block list.
 * @param title one line about the network, for the file's first line
 */
export function modelFile(network: Network, title: string): string {
  const types = [...new Set(network.blocks.map(({ type }) => type))];
  const classes = types.map((type) => source(`blocks/${type}.py`));
  const uses = (word: string) => classes.some((text) => text.includes(word));
  const parts = ['parts/named.py', 'parts/dropPath.py', ...(uses('token_norm(') ? ['parts/tokenNorm.py'] : []), ...(uses('map_norm(') ? ['parts/mapNorm.py'] : [])];
  const header = `"""${title.replaceAll('\\', '\\\\').replaceAll('"', "'")}

Parameters are called as in the weights file, so that it loads as it is:
    network.load_state_dict(read_weights("weights.safetensors"))
"""
from collections import OrderedDict

import torch
from torch import nn
from torch.nn import functional as F
`;
  return [header, ...parts.map(source), ...classes, networkClass(network), source('parts/starts.py'), startTables(network), source('parts/training.py')].join('\n\n');
}

function source(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8');
}
