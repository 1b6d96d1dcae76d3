import { helpAsking } from './api.js';
import { letIn } from './gate.js';
import { prove } from './prove.js';

helpAsking({ logIn: letIn, prove });
await letIn();
addEventListener('hashchange', () => void letIn()); // Somebody followed a link with an invitation to a page that is open.
// Only now: what is not there for whoever looks is not built.
const { showHome } = await import('./home.js');
showHome();
