import { frontsSvg } from '../frontsPicture.ts';
import { tauText } from './markdown.ts';
import type { TransferReport } from './report.ts';

/** Accuracy after the transfer against latency, a panel for each device: the front with its names, and the other networks as dots. */
export function transferSvg({ name, devices, networks }: TransferReport): string {
  const byId = new Map(networks.map((network) => [network.id, network]));
  return frontsSvg({
    title: name,
    panels: devices.map(({ device, maxMs, rows, tau }) => {
      const points = rows.map(({ id, latencyMs, lowMs, highMs, onFront }) => {
        const { name: published, accuracy: { mean, deviation } } = byId.get(id)!;
        return { name: published ?? id, value: mean, deviation: deviation ?? undefined, latencyMs, lowMs, highMs, onFront };
      });
      const winners = rows.filter(({ isWinner }) => isWinner);
      return {
        device, maxMs, front: points.filter(({ onFront }) => onFront), evaluated: points,
        note: winners.length === 0 ? 'not searched for' : `${winners.filter(({ onFront }) => onFront).length} of ${winners.length} winners on the front after transfer, tau ${tauText(tau)}`,
      };
    }),
  });
}
