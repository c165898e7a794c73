import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { connectToCore } from './api/connect.ts';
import { apiKey } from './api/useApi.ts';
import { shellPorts } from './host/shellPorts.ts';
import { useTheme } from './theme/theme.ts';
import './theme/tokens.css';
import './theme/base.css';

const api = connectToCore(shellPorts());
const app = createApp(App);
app.provide(apiKey, api);
app.use(createPinia());
// Before the first frame is drawn, so that it has the right colours.
app.runWithContext(() => useTheme());
app.mount('#app');
