// The progress of packs: a row for each, with its stage.

import { badge, h } from './dom.js';

const COLUMNS = ['Pack', 'Stage', 'Status', 'Done', 'Message'];
const STATUS = { failed: 'bad', skipped: 'warn', started: 'plain', progress: 'plain' };

export class Progress {
  #rows = new Map();
  #body = h('tbody', { role: 'rowgroup' });

  constructor(known) {
    this.element = h('div', { class: 'scroll' }, h('table', { id: 'progress', role: 'table' }, h('caption', { class: 'hidden' }, 'Progress'),
      h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, COLUMNS.map((c) => h('th', { scope: 'col', role: 'columnheader' }, c)))), this.#body));
    for (const p of known) this.#put(p.spec, { name: nameOf(p.pack_ref, p.pack_version, p.spec), stage: p.stage, status: p.status, done: p.done_bytes, total: p.total_bytes });
  }

  /** take shows an event about a pack. */
  take(e) {
    if (!e.spec && !e.pack) return;
    const now = { name: nameOf(e.pack, e.version, e.spec), stage: e.stage, done: e.done, total: e.total, message: e.error || e.message };
    this.#put(e.spec || e.pack, { ...now, status: e.kind === 'closed' ? e.status : e.kind === 'warning' ? undefined : e.kind });
  }

  #put(key, now) {
    let row = this.#rows.get(key);
    if (!row) {
      row = new Row();
      this.#rows.set(key, row);
      this.#body.append(row.element);
    }
    row.put(now);
  }
}

function nameOf(ref, version, spec) {
  return ref ? [ref, version].filter(Boolean).join(' ') : spec;
}

class Row {
  constructor() {
    this.cells = COLUMNS.map(() => h('div'));
    this.element = h('tr', { role: 'row' }, this.cells.map((c, i) => h('td', { role: 'cell', 'data-label': COLUMNS[i] }, c)));
  }

  put({ name, stage, status, done, total, message }) {
    const [pack, where, how, amount, text] = this.cells;
    pack.textContent = name;
    where.textContent = stage;
    if (status) how.replaceChildren(badge(status, STATUS[status] ?? 'good'));
    if (total > 0 && done < total) amount.replaceChildren(h('progress', { max: total, value: done, 'aria-label': `${name}: bytes` }));
    else amount.replaceChildren();
    if (message) text.textContent = message;
  }
}
