import { ArrowLeft, ArrowRight, Braces, Download, Equal, FileCode, GraduationCap, Pin, TerminalSquare } from '@lucide/vue';
import { useActions } from '../../actions/useActions.ts';
import { commandNames, type CommandName } from './commands.ts';

export interface ArchitectureActionContext {
  readonly isShown: () => boolean;
  readonly isCompared: () => boolean;
  readonly hasNeighbour: (step: 1 | -1) => boolean;
  readonly exportOnnx: () => void;
  readonly train: () => void;
  readonly canHandOff: () => boolean;
  readonly handOff: () => Promise<void>;
  readonly copyJson: () => Promise<void>;
  readonly copyCommand: (which: CommandName) => Promise<void>;
  readonly saveFigure: (kind: 'svg' | 'png') => Promise<void>;
  readonly startComparison: () => void;
  readonly endComparison: () => void;
  readonly swap: () => void;
  readonly pin: () => void;
  readonly goTo: (step: 1 | -1) => void;
}

/** The screen's actions in the palette and on keys. */
export function useArchitectureActions(context: ArchitectureActionContext): void {
  const enabled = context.isShown;
  useActions(
    { id: 'architecture.export', title: 'Export to ONNX', group: 'Architecture', icon: Download, shortcuts: ['E'], keywords: ['save', 'model'], enabled, run: context.exportOnnx },
    { id: 'architecture.train', title: 'Train the network', group: 'Architecture', icon: GraduationCap, shortcuts: ['T'], keywords: ['fine-tune', 'retrain'], enabled, run: context.train },
    {
      id: 'architecture.handOff', title: 'Hand over to PyTorch', group: 'Architecture', icon: FileCode, keywords: ['train', 'torch', 'cluster', 'gpu'],
      enabled: context.canHandOff, run: context.handOff,
    },
    { id: 'architecture.copyJson', title: 'Copy architecture as JSON', group: 'Architecture', icon: Braces, shortcuts: ['Shift+C'], enabled, run: context.copyJson },
    ...commandNames.map((which) => ({
      id: `architecture.copyCommand.${which}`, title: `Copy the ${which} command`, group: 'Architecture' as const, icon: TerminalSquare,
      keywords: ['terminal', 'cli'], enabled, run: () => context.copyCommand(which),
    })),
    ...(['svg', 'png'] as const).map((kind) => ({
      id: `architecture.figure.${kind}`, title: `Save the figure as ${kind.toUpperCase()}`, group: 'Architecture' as const, icon: Download,
      keywords: ['picture', 'drawing'], enabled, run: () => context.saveFigure(kind),
    })),
    { id: 'architecture.compare', title: 'Compare with another architecture', group: 'Architecture', icon: Equal, shortcuts: ['D'], keywords: ['diff', 'difference'], enabled, run: context.startComparison },
    { id: 'architecture.endComparison', title: 'End the comparison', group: 'Architecture', enabled: context.isCompared, run: context.endComparison },
    { id: 'architecture.swap', title: 'Swap the compared architectures', group: 'Architecture', shortcuts: ['X'], enabled: context.isCompared, run: context.swap },
    { id: 'architecture.pin', title: 'Pin or unpin the architecture', group: 'Architecture', icon: Pin, shortcuts: ['P'], enabled, run: context.pin },
    {
      id: 'architecture.previous', title: 'Previous architecture on the front', group: 'Architecture', icon: ArrowLeft, shortcuts: ['['],
      enabled: () => context.hasNeighbour(-1), run: () => context.goTo(-1),
    },
    {
      id: 'architecture.next', title: 'Next architecture on the front', group: 'Architecture', icon: ArrowRight, shortcuts: [']'],
      enabled: () => context.hasNeighbour(1), run: () => context.goTo(1),
    },
  );
}
