// Shows what the URL says.

import { forget } from './api.js';
import { changes } from './changes.js';
import { h, button } from './dom.js';
import { graph } from './graph.js';
import { login } from './login.js';
import { operation } from './operation.js';
import { operations } from './operations.js';
import { pack } from './pack.js';
import { packs } from './packs.js';
import { here } from './route.js';
import { search } from './search.js';
import { signOut, token } from './session.js';

// A view takes what follows its name in the path, the query, and a signal that ends it. It
// returns its title and its elements.
const views = { packs, pack, search, graph, operations, operation, changes };

const main = document.getElementById('main');
const notice = document.getElementById('notice');
let current = new AbortController();
let first = true;

async function show() {
  current.abort();
  current = new AbortController();
  const { signal } = current;
  const { parts, query } = here();
  const [name = 'packs', ...rest] = parts;
  mark(name);
  notice.textContent = '';
  if (!token()) return put(login(show, query), signal);
  main.setAttribute('aria-busy', 'true');
  try {
    const view = views[name] ?? absent;
    put(await view(rest, query, signal), signal);
  } catch (error) {
    if (!signal.aborted && token()) put(failure(error), signal);
  }
}

function put({ title, content }, signal) {
  if (signal.aborted) return;
  main.removeAttribute('aria-busy');
  document.title = `${title} · Packtrain`;
  main.replaceChildren(h('h1', { tabindex: -1 }, title), ...content.flat(Infinity).filter(Boolean));
  const start = main.querySelector('[autofocus]') ?? (first ? null : main.querySelector('h1'));
  start?.focus();
  if (!first) scrollTo(0, 0);
  first = false;
}

function failure(error) {
  return { title: 'This cannot be shown', content: [h('p', { role: 'alert' }, error.message), button('Try again', show)] };
}

async function absent() {
  return { title: 'There is nothing here', content: [h('p', {}, h('a', { href: '#/packs' }, 'Installed packs'))] };
}

// What a pack and an operation belong to in the menu.
const menu = { pack: 'packs', operation: 'operations' };

function mark(name) {
  const signedIn = token() !== '';
  document.querySelector('nav').hidden = !signedIn;
  document.getElementById('sign-out').hidden = !signedIn;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.getAttribute('href') === `#/${menu[name] ?? name}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

document.getElementById('sign-out').addEventListener('click', () => signOut());
document.addEventListener('signed-out', (event) => {
  forget();
  show();
  notice.textContent = event.detail;
});
document.addEventListener('notice', (event) => {
  notice.textContent = event.detail;
});
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault(); // the part of the URL after "#" is taken
  main.focus();
});
addEventListener('hashchange', show);
show();
