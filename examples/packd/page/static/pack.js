// One pack: its state, generations, components, configuration and history.

import { read, send, start } from './api.js';
import { rows as changeRows, columns as changeColumns } from './changes.js';
import { components } from './components.js';
import { configuration } from './configuration.js';
import { badge, button, facts, h, section, table, time } from './dom.js';
import { differences, marks, plan } from './packs.js';
import { go, to } from './route.js';

export async function pack([ref], _, signal) {
  const path = `packs/${encodeURIComponent(ref)}`;
  const [{ data: p }, { data: generations }, { data: tests }] = await Promise.all([
    read(path, {}, signal), read(`${path}/generations`, {}, signal), read(`${path}/tests`, {}, signal)]);
  const result = h('div', { id: 'result' });
  return {
    title: ref,
    content: [
      h('p', { class: 'lead' }, p.manifest.description || p.manifest.label),
      h('p', {}, marks({ ...p, enabled: p.settings?.enabled ?? p.manifest.enabled })),
      actions(p, path, result), result, summary(p),
      section('Needs', needs(p)),
      section('Generations', history(p, generations)),
      section('Components', components(p.components)),
      section('Configuration', configuration(p, path)),
      section('Tests', evidence(tests)),
      section('Changes', await changes(ref, signal)),
    ],
  };
}

function summary(p) {
  return facts([
    ['Version', p.active.pack_version], ['Generation', p.active.generation], ['Author', p.manifest.author],
    ['License', p.manifest.license], ['From', origin(p.active.pin)], ['Content', h('code', {}, p.active.tree_digest)],
    ['Installed', time(p.installed)], ['Changed', time(p.updated)], ['By', p.active.actor],
    ['Repair', p.needs_repair], ['Configuration', p.config_problems.join('; ')],
  ]);
}

function origin(pin) {
  return [pin.location, pin.via?.index && ` (index ${pin.via.index})`].filter(Boolean).join('');
}

function actions(p, path, result) {
  const ref = p.pack_ref;
  const say = (...content) => result.replaceChildren(...content);
  const guarded = (act) => async () => {
    try {
      await act();
    } catch (error) {
      say(h('p', { role: 'alert' }, error.message));
    }
  };
  return h('p', { class: 'bar' },
    button('Plan upgrade', guarded(() => plan([ref]))),
    button('Plan removal', guarded(() => planned({ remove: [ref] }))),
    button('Verify', guarded(async () => say(differences((await read(`${path}/verify`)).data)))),
    button('Repair', guarded(async () => {
      const { repaired, left } = await send('POST', `${path}/repair`);
      say(h('p', { role: 'status' }, `${repaired.length} repaired, ${left.length} left.`), left.map((d) => h('p', { role: 'alert' }, d.message)));
    })),
    h('a', { class: 'button', href: to(['graph'], { focus: ref }) }, 'Show graph'));
}

async function planned(body) {
  const { id } = await start('plan', body);
  go(['operation', id]);
}

function needs(p) {
  const unmet = new Set(p.unmet_dependencies.map((d) => d.ref));
  return table('What the pack needs', ['Pack', 'Versions', 'State'], p.manifest.dependencies.map((d) => [
    h('a', { href: to(['pack', d.ref]) }, d.ref), d.constraint || '*', unmet.has(d.ref) ? badge('missing', 'bad') : badge('met', 'good')]),
  'It needs no other pack.');
}

function history(p, generations) {
  const back = (g) => button(`Plan rollback to ${g.pack_version}`, () => planned({ rollback: [{ pack_ref: p.pack_ref, to: g.generation }] }));
  return table('Generations', ['Generation', 'Version', 'State', 'Tests', 'Created', 'By', ''], [...generations].reverse().map((g) => [
    h('code', {}, g.generation), g.pack_version,
    [badge(g.state, g.state === 'missing' ? 'bad' : g.state === 'active' ? 'good' : 'plain'), g.pinned && badge('pinned')],
    g.tests ? `${g.tests.passed} of ${g.tests.total_tests} passed` : 'none', time(g.created), g.actor, g.state === 'kept' && back(g)]));
}

function evidence(tests) {
  return table('Results of tests', ['Time', 'Version', 'Result', 'Passed', 'Isolation', 'Duration'], [...tests].reverse().map((t) => [
    time(t.time), t.pack_version, badge(t.status, t.status === 'passed' ? 'good' : t.status === 'failed' ? 'bad' : 'warn'),
    `${t.passed} of ${t.total_tests}`, t.isolation, `${t.duration_ms} ms`]), 'No results are kept.');
}

async function changes(ref, signal) {
  try {
    const { data } = await read('changes', { since: 0, pack: ref }, signal);
    return table('Changes', changeColumns, changeRows(data.changes, ref));
  } catch (error) {
    if (signal.aborted) throw error;
    return h('p', {}, 'The earliest changes are not kept any more. ', h('a', { href: to(['changes'], { pack: ref }) }, 'Later changes'));
  }
}
