// The report of work: the outcome of each pack, and warnings.

import { badge, h, section, table } from './dom.js';
import { to } from './route.js';

const STATUS = { failed: 'bad', skipped: 'warn', unchanged: 'plain' };

/** reportView shows the report of an installation or a change; of other work, its JSON. */
export function reportView(report) {
  if (!report.outcomes) return h('details', {}, h('summary', {}, 'Report'), h('pre', {}, JSON.stringify(report, null, 2)));
  return h('div', {},
    report.outcomes.length > 0 && table('Outcomes', ['Pack', 'Version', 'Outcome', 'Tests', 'Message'], report.outcomes.map(row)),
    moved('Rolled back', report.rolled_back_packs), moved('Removed', report.removed_packs),
    report.warnings.length > 0 && section('Warnings', h('ul', {}, report.warnings.map((w) => h('li', {}, w.pack_ref && h('strong', {}, `${w.pack_ref}: `), w.message)))));
}

function row(o) {
  const name = o.pack_ref ? h('a', { href: to(['pack', o.pack_ref]) }, o.pack_ref) : o.spec;
  const version = o.previous_version && o.previous_version !== o.pack_version ? `${o.previous_version} → ${o.pack_version}` : o.pack_version;
  const tests = o.test_result ? `${o.test_result.passed} of ${o.test_result.total_tests} passed` : '';
  return [name, version, badge(o.status, STATUS[o.status] ?? 'good'), tests, o.failure ? `${o.failure.stage}: ${o.failure.error}` : ''];
}

function moved(title, refs) {
  if (!refs?.length) return null;
  return section(title, h('ul', {}, refs.map((ref) => h('li', {}, h('a', { href: to(['pack', ref]) }, ref)))));
}
