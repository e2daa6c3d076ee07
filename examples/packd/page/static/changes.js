// The history of all packs: what changed, when, and by whom; the newest first.

import { Problem, read } from './api.js';
import { button, field, h, table, time } from './dom.js';
import { to } from './route.js';

const STEP = 200; // the most that the service reads at once

export const columns = ['Time', 'By', 'Pack', 'From', 'To'];

export async function changes(_, query, signal) {
  const pack = h('input', { type: 'search', value: query.pack ?? '', autocomplete: 'off' });
  const actor = h('input', { type: 'search', value: query.actor ?? '', autocomplete: 'off' });
  const form = h('form', { class: 'bar', role: 'search' }, field('Pack', pack), field('By', actor), h('button', { type: 'submit' }, 'Choose'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    location.hash = to(['changes'], { pack: pack.value.trim(), actor: actor.value.trim() });
  });
  const filter = { pack: query.pack, actor: query.actor };
  const place = h('div', { id: 'changes' });
  let all = [];
  let until = (await read('changes', { since: -1 }, signal)).data.next;
  const earlier = async () => {
    const before = await back(until, filter, signal);
    all = [...all, ...before.changes.reverse()];
    until = before.since;
    place.replaceChildren(table('Changes', columns, rows(all), 'There are none.'),
      before.kept && until > 0 ? button('Earlier changes', earlier) : h('p', { class: 'empty' }, 'Earlier changes are not kept.'));
  };
  await earlier();
  return { title: 'Changes', content: [form, place] };
}

/** back reads the changes before a position, from as far back as one request reads. */
async function back(until, filter, signal) {
  const since = Math.max(0, until - STEP);
  try {
    const { data } = await read('changes', { since, ...filter }, signal);
    return { changes: data.changes.filter((c) => c.position <= until), since, kept: true };
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return { changes: [], since: 0, kept: false };
    throw error;
  }
}

/** rows makes the rows of a table: one for each pack of each change, or for one pack alone. */
export function rows(all, only = '') {
  return all.flatMap((c) => c.packs.filter((p) => !only || p.pack_ref === only).map((p) => [
    time(c.time), c.actor || '', h('a', { href: to(['pack', p.pack_ref]) }, p.pack_ref),
    p.from.pack_version || 'none', what(p)]));
}

function what(p) {
  if (p.to.generation === '') return 'removed';
  if (p.to.generation === p.from.generation) return 'settings';
  return p.to.pack_version;
}
