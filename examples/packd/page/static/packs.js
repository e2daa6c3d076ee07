// The installed packs: a list that is read in parts, with their health.

import { read, start } from './api.js';
import { badge, button, field, h, plural, table, time } from './dom.js';
import { go, note, to } from './route.js';

const PART = 100;

export async function packs(_, query, signal) {
  const list = h('div', { id: 'list' });
  const health = h('div', { id: 'health' });
  const words = h('input', { type: 'search', value: query.q ?? '', autocomplete: 'off' });
  const broken = h('input', { type: 'checkbox', checked: query.broken === 'true' });
  const newer = outdated(signal);

  const refresh = async (after = '') => {
    const chosen = { q: words.value.trim(), broken: broken.checked };
    note(['packs'], { ...chosen, after });
    await fillList(list, { ...chosen, after }, await newer, signal, refresh);
  };
  const wait = later(() => refresh().catch((e) => list.replaceChildren(h('p', { role: 'alert' }, e.message))));
  words.addEventListener('input', wait);
  broken.addEventListener('change', wait);

  await fillList(list, { q: query.q, broken: query.broken === 'true', after: query.after }, await newer, signal, refresh);
  const form = h('form', { class: 'bar', role: 'search', onsubmit: (e) => e.preventDefault() },
    field('Find a pack', words),
    h('p', { class: 'check' }, h('label', {}, broken, ' Only broken')),
    button('Verify all', () => verify(health)),
    (await newer).size > 0 && button(`Plan ${plural((await newer).size, 'upgrade')}`, async () => plan([...(await newer).keys()])));
  return { title: 'Installed packs', content: [form, health, list] };
}

/** plan starts planning the installation of specs, and shows how it goes. */
export async function plan(specs) {
  const { id } = await start('plan', { packs: specs });
  go(['operation', id]);
}

/** outdated returns the versions that indices have of packs that are installed in lower ones. */
async function outdated(signal) {
  try {
    const { data } = await read('outdated', {}, signal);
    return new Map(data.map((p) => [p.pack_ref, p.latest_version]));
  } catch {
    return new Map(); // there is no index, or it cannot be read: Search says so
  }
}

async function fillList(list, query, newer, signal, refresh) {
  const part = await read('summaries', { ...query, limit: PART }, signal);
  const rows = part.data.map((p) => [
    h('a', { href: to(['pack', p.pack_ref]) }, p.pack_ref), p.pack_version,
    newer.get(p.pack_ref) ?? '', p.generation, marks(p), time(p.updated)]);
  list.replaceChildren(
    h('p', { class: 'count' }, `${plural(Number(part.total), 'pack')}${query.q || query.broken ? ' chosen' : ''}`),
    table('Installed packs', ['Pack', 'Version', 'Newer', 'Generation', 'Health', 'Changed'], rows, 'No pack is installed that fits.'),
    h('p', { class: 'pager' },
      query.after && button('First packs', () => refresh()),
      part.next && button('Next packs', () => refresh(part.next.get('after')))));
}

/** marks returns what is to be known of the health of a pack. */
export function marks(p) {
  const all = [];
  if (p.needs_repair) all.push(badge('needs repair', 'bad'));
  for (const d of p.unmet_dependencies) all.push(badge(`needs ${d.ref}`, 'bad'));
  if (p.enabled === false) all.push(badge('disabled', 'warn'));
  if (p.link) all.push(badge('linked', 'warn'));
  return all.length > 0 ? all : [badge('ok', 'good')];
}

async function verify(place) {
  place.replaceChildren(h('p', { role: 'status' }, 'Reading all files…'));
  try {
    const { data } = await read('verify');
    place.replaceChildren(differences(data));
  } catch (error) {
    place.replaceChildren(h('p', { role: 'alert' }, error.message));
  }
}

/** differences shows the result of a verification. */
export function differences(report) {
  const checked = plural(report.verified.length, 'pack');
  if (report.differences.length === 0) return h('p', { role: 'status' }, badge('as recorded', 'good'), ` ${checked} compared, no differences.`);
  return h('div', { role: 'status' }, h('p', {}, `${checked} compared.`), table('Differences', ['Pack', 'What', 'Difference'],
    report.differences.map((d) => [h('a', { href: to(['pack', d.pack_ref]) }, d.pack_ref), badge(d.kind, 'bad'), d.message])));
}

/** later calls f once nothing has happened for a moment. */
function later(f) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(f, 200);
  };
}
