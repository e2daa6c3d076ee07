// Searches the indices, and plans installations.

import { read } from './api.js';
import { badge, button, field, h, plural, table } from './dom.js';
import { plan } from './packs.js';
import { to } from './route.js';

const LIMIT = 50;

export async function search(_, query, signal) {
  const words = h('input', { type: 'search', name: 'q', value: query.q ?? '', autocomplete: 'off' });
  const form = h('form', { class: 'bar', role: 'search' }, field('Search the indices', words), h('button', { type: 'submit' }, 'Search'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    location.hash = to(['search'], { q: words.value.trim() });
  });
  const { data: indices } = await read('indices', {}, signal);
  const found = indices.length > 0 && [form, await results(query.q ?? '', signal)];
  return { title: 'Search', content: [found, others(), about(indices)] };
}

async function results(q, signal) {
  try {
    const { data, total } = await read('indices/search', { q, limit: LIMIT }, signal);
    return h('div', { id: 'found' }, h('p', { class: 'count' }, `${plural(Number(total), 'pack')} found${total > LIMIT ? `, the best ${LIMIT} are shown` : ''}`),
      table('Packs in the indices', ['Pack', 'What it does', 'Version', 'Index', ''], data.map(row), 'No index has such a pack.'));
  } catch (error) {
    if (signal.aborted) throw error;
    return h('p', { role: 'alert' }, error.message);
  }
}

function row(p) {
  const version = h('select', { 'aria-label': `Version of ${p.pack_ref}` }, p.versions.map((v) => h('option', { selected: v === p.pack_version }, v)));
  const name = h('div', {}, h('strong', {}, p.pack_ref), p.label && p.label !== p.pack_ref && h('div', {}, p.label));
  const about = h('div', {}, p.description, h('div', {}, p.keywords.map((k) => badge(k))));
  const install = button('Plan', () => plan([version.value === p.pack_version ? p.pack_ref : `${p.pack_ref}@${version.value}`]), { 'aria-label': `Plan installation of ${p.pack_ref}` });
  return [name, about, version, p.index, install];
}

/** others plans the installation of what no index lists. */
function others() {
  const specs = h('textarea', { rows: 2, spellcheck: 'false', required: true });
  const said = h('p', { role: 'alert' });
  const form = h('form', {}, field('Other sources', specs, 'One on each line: ref@constraint, the URL of an archive or a git repository, or a directory that the service may read'),
    said, h('button', { type: 'submit' }, 'Plan installation'));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      await plan(specs.value.split('\n').map((line) => line.trim()).filter(Boolean));
    } catch (error) {
      said.textContent = error.message;
    }
  });
  return h('section', {}, h('h2', {}, 'Install from elsewhere'), form);
}

function about(indices) {
  const rows = indices.map((x) => [x.name, x.address, x.packs, x.failure ? badge(x.failure.error, 'bad') : badge('ok', 'good'), x.verified_by, x.problems.length || '']);
  return h('section', {}, h('h2', {}, 'Indices'), table('Indices', ['Name', 'Address', 'Packs', 'State', 'Verified by', 'Problems'], rows, 'No index is configured.'));
}
