import { createApp } from 'vue';
import '../../../../renderer/theme/tokens.css';
import '../../../../renderer/theme/base.css';
import './harness.css';
import { Fronts } from './fronts.ts';
import { Others } from './others.ts';

// ?page=fronts|others|empty&theme=light|dark&points=200000
const query = new URLSearchParams(location.search);
document.documentElement.dataset.theme = query.get('theme') ?? 'light';
const page = query.get('page') ?? 'fronts';
if (page !== 'empty') {
  createApp(page === 'others' ? Others : Fronts, page === 'others' ? {} : { points: Number(query.get('points') ?? 200_000), overlay: query.has('overlay') }).mount('#app');
}
