// One operation: its progress while it runs, and its result. Its URL is all that is needed
// to come back to it.

import { read, send } from './api.js';
import { button, facts, h, section, time } from './dom.js';
import { follow } from './events.js';
import { stateBadge } from './operations.js';
import { planView } from './plan.js';
import { Progress } from './progress.js';
import { reportView } from './report.js';

const FINAL = ['completed', 'failed', 'cancelled'];
const TITLES = { plan: 'Plan', apply: 'Change', install: 'Installation' };

export async function operation([id], _, signal) {
  const path = `operations/${encodeURIComponent(id)}`;
  const { data: op } = await read(path, {}, signal);
  const head = h('div', {});
  const line = h('p', { id: 'connection', role: 'status' });
  const result = h('div', { id: 'outcome' });
  const progress = new Progress(op.progress);
  const show = (now) => {
    head.replaceChildren(facts([
      ['State', stateBadge(now.state)], ['By', now.actor], ['Began', time(now.created_at)], ['Ended', time(now.finished_at)]]));
    if (FINAL.includes(now.state)) result.replaceChildren(...outcome(now));
  };
  show(op);
  const watched = FINAL.includes(op.state) ? null : section('Progress',
    button('Cancel', () => send('POST', `${path}/cancel`)), line, progress.element);
  if (watched) watch(id, op, { show, progress, line, watched }, signal);
  const later = op.kind === 'plan' || !FINAL.includes(op.state) || op.progress.length === 0 ? null : section('Progress', progress.element);
  return { title: TITLES[op.kind] ?? `Operation ${op.kind}`, content: [head, result, watched, later] };
}

/** watch shows what happens until the operation is over. */
async function watch(id, op, { show, progress, line, watched }, signal) {
  const event = (e) => {
    progress.take(e);
    if (e.kind === 'running') show({ ...op, state: 'running' });
  };
  const connected = (is) => {
    line.textContent = is ? '' : 'The connection is lost. Trying again…';
  };
  try {
    await follow(id, op.last_event, { event, connected }, signal);
    if (signal.aborted) return;
    show((await read(`operations/${encodeURIComponent(id)}`, {}, signal)).data);
    watched.querySelector('button').remove();
    if (op.kind === 'plan') watched.remove();
  } catch (error) {
    if (!signal.aborted) line.textContent = error.message;
  }
}

function outcome(op) {
  const parts = [];
  if (op.error) parts.push(h('p', { role: 'alert' }, op.error.error));
  if (op.kind === 'plan' && op.report) parts.push(planView(op.report, op.id));
  else if (op.report) parts.push(reportView(op.report));
  return parts;
}
