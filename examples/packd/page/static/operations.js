// The operations: work in the background, the newest first.

import { read } from './api.js';
import { badge, field, h, table, time } from './dom.js';
import { to } from './route.js';

const PART = 50;
const KINDS = ['', 'plan', 'apply', 'install', 'download', 'dependencies', 'build-envs', 'register-batch'];
const STATES = ['', 'queued', 'running', 'completed', 'failed', 'cancelled'];

export async function operations(_, query, signal) {
  const part = await read('operations', { state: query.state, kind: query.kind, before: query.before, limit: PART }, signal);
  const choose = (name, options) => {
    const select = h('select', {}, options.map((o) => h('option', { value: o, selected: o === (query[name] ?? '') }, o || 'all')));
    select.addEventListener('change', () => {
      location.hash = to(['operations'], { ...query, before: '', [name]: select.value });
    });
    return select;
  };
  return {
    title: 'Operations',
    content: [
      h('form', { class: 'bar', role: 'search' }, field('Kind', choose('kind', KINDS)), field('State', choose('state', STATES))),
      table('Operations', ['Operation', 'State', 'By', 'Began', 'Ended'], part.data.map((o) => [
        h('a', { href: to(['operation', o.id]) }, o.kind), stateBadge(o.state), o.actor, time(o.created_at), time(o.finished_at)])),
      part.next && h('p', { class: 'pager' }, h('a', { href: to(['operations'], { ...query, before: part.next.get('before') }) }, 'Older operations')),
    ],
  };
}

/** stateBadge shows the state of an operation. */
export function stateBadge(state) {
  const kinds = { completed: 'good', failed: 'bad', cancelled: 'warn' };
  return badge(state, kinds[state] ?? 'plain');
}
