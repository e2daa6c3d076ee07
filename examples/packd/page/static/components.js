// The components of a pack, with their parameters.

import { badge, facts, field, h, table } from './dom.js';
import { fieldsOf } from './schema.js';

/** components shows those whose name or kind contains what is typed. */
export function components(all) {
  if (all.length === 0) return h('p', { class: 'empty' }, 'The pack has no components.');
  const items = all.map((c) => ({ text: `${c.kind} ${c.ref} ${c.label}`.toLowerCase(), element: item(c) }));
  const list = h('div', { class: 'items' }, items.map((i) => i.element));
  if (all.length < 8) return list;
  const words = h('input', { type: 'search', autocomplete: 'off' });
  words.addEventListener('input', () => {
    for (const i of items) i.element.hidden = !i.text.includes(words.value.trim().toLowerCase());
  });
  return [field('Find a component', words), list];
}

function item(c) {
  return h('details', {},
    h('summary', {}, h('code', {}, c.ref), ' ', badge(c.kind.replace(/s$/, '')), ' ', c.label, !c.enabled && badge('disabled', 'warn')),
    c.description && h('p', {}, c.description),
    facts([['File', c.file], ['Runner', c.action?.runner], ['Entry point', c.action?.entry_point], ['Workflow', c.action?.workflow_file]]),
    c.kind === 'actions' && parameters(c));
}

function parameters(c) {
  const rows = fieldsOf(c.spec?.parameters ?? {}).map((f) => [
    h('code', {}, f.name), f.type, [f.required && badge('required'), f.secret && badge('secret', 'warn')],
    f.secret || f.default === undefined ? '' : JSON.stringify(f.default), f.description]);
  return table(`Parameters of ${c.ref}`, ['Parameter', 'Type', '', 'Default', 'Description'], rows, 'It has no parameters.');
}
