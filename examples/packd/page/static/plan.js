// A plan: what would change. It is approved as it is shown, and applied unchanged.

import { start } from './api.js';
import { badge, button, facts, h, plural, section, table } from './dom.js';
import { go, to } from './route.js';

const KINDS = { install: 'good', upgrade: 'good', downgrade: 'warn', repin: 'warn', rollback: 'warn', remove: 'bad' };

/** planView shows the plan that an operation made. */
export function planView(plan, operation) {
  const changes = plan.steps.filter((s) => s.action !== 'keep');
  return h('div', { class: 'plan' },
    plan.conflicts.length > 0 && problems('It cannot be applied', plan.conflicts, 'alert'),
    plan.warnings.length > 0 && problems('Worth reading first', plan.warnings, 'note'),
    h('p', { class: 'count' }, summary(plan.steps)),
    plan.steps.map(step),
    plan.dependents.length > 0 && section('Packs that need these', dependents(plan)),
    plan.sets.some((s) => s.length > 1) && section('Together or not at all', h('ul', {}, plan.sets.filter((s) => s.length > 1).map((s) => h('li', {}, s.join(', '))))),
    approval(plan, operation, changes));
}

function problems(title, all, role) {
  return h('div', { class: role, role }, h('h2', {}, title), h('ul', {}, all.map((p) => h('li', {}, p.ref && h('strong', {}, `${p.ref}: `), p.message))));
}

function summary(steps) {
  const counts = new Map();
  for (const s of steps) counts.set(s.action, (counts.get(s.action) ?? 0) + 1);
  const parts = [...counts].map(([action, n]) => `${n} to ${action === 'rollback' ? 'roll back' : action}`);
  return `${plural(steps.length, 'pack')}: ${parts.join(', ') || 'nothing to do'}`;
}

function step(s) {
  const versions = [s.from?.version, s.to?.version ?? 'removed'].filter(Boolean).join(' → ');
  return h('section', { class: 'step' },
    h('h2', {}, badge(s.action, KINDS[s.action]), ' ', h('a', { href: to(['pack', s.ref]) }, s.ref), ` ${s.action === 'keep' ? s.to.version : versions}`),
    facts([
      ['Needed by', s.why.map((w) => [w.by, w.constraint !== '*' && w.constraint].filter(Boolean).join(' ')).filter(Boolean).join(', ')],
      ['From', s.to?.pin.location && [s.to.pin.location, s.to.pin.via?.index && ` (index ${s.to.pin.via.index})`].filter(Boolean).join('')],
      ['Content', s.to && s.from?.tree !== s.to.tree && h('code', {}, s.to.tree)],
      ['Transfer', s.action !== 'keep' && s.to && (s.fetch.cached ? 'nothing, it is in the cache' : s.fetch.bytes === null ? 'size unknown' : `${s.fetch.bytes} bytes`)],
      ['Configuration', s.config === 'invalid' ? badge('does not fit', 'bad') : s.config],
    ]),
    components(s.components), environments(s.environments));
}

function components(c) {
  const marks = [['added', '+', 'good'], ['removed', '−', 'bad'], ['changed', '±', 'warn']];
  const items = marks.flatMap(([name, sign, kind]) => c[name].map((x) => h('li', {}, badge(`${sign} ${name}`, kind), ' ', h('code', {}, x.ref), ` ${x.kind}`)));
  return items.length > 0 && h('details', { open: items.length <= 12 }, h('summary', {}, plural(items.length, 'component')), h('ul', { class: 'plain' }, items));
}

function environments(all) {
  return all.map((e) => h('details', {},
    h('summary', {}, `${e.runtime} ${e.version} `, badge(e.reuse ? 'reused' : 'to build', e.reuse ? 'good' : 'warn'), ` ${plural(e.distributions?.length ?? 0, 'package')}`),
    h('ul', { class: 'plain' }, (e.distributions ?? []).map((d) => h('li', {}, `${d.name} ${d.version}`)))));
}

function dependents(plan) {
  return table('Packs that need these', ['Pack', 'Needs', 'Versions', 'State'], plan.dependents.map((d) => [
    h('a', { href: to(['pack', d.by]) }, d.by), d.ref, d.constraint || '*', d.ok ? badge('accepts it', 'good') : badge('breaks', 'bad')]));
}

function approval(plan, operation, changes) {
  const said = h('p', { role: 'alert' });
  const approve = button('Approve and apply', async () => {
    try {
      const { id } = await start('apply', { plan }, `page-${operation}`); // pressed twice, it is applied once
      go(['operation', id]);
    } catch (error) {
      said.textContent = error.message;
    }
  }, { class: 'primary', id: 'approve' });
  if (plan.conflicts.length > 0 || changes.length === 0) approve.disabled = true;
  return h('div', { class: 'approval' }, h('p', {}, 'Plan ', h('code', {}, plan.id)), said, approve,
    changes.length === 0 && h('p', {}, 'There is nothing to change.'));
}
