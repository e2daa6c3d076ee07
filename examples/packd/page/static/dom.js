// Makes elements. Text becomes text, never markup, whatever it contains.

const SVG = 'http://www.w3.org/2000/svg';

/** h makes an element; attributes that begin with "on" are listeners. */
export function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** s makes an element of a picture. */
export function s(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

/** table makes a table that is a list of cards on a narrow screen. Rows are lists of cells. */
export function table(caption, columns, rows, empty = 'There are none.') {
  if (rows.length === 0) return h('p', { class: 'empty' }, empty);
  const cell = (content, i) => h('td', { role: 'cell', 'data-label': columns[i] }, h('div', {}, content));
  return h('div', { class: 'scroll' }, h('table', { role: 'table' },
    h('caption', { class: 'hidden' }, caption),
    h('thead', { role: 'rowgroup' }, h('tr', { role: 'row' }, columns.map((c) => h('th', { scope: 'col', role: 'columnheader' }, c)))),
    h('tbody', { role: 'rowgroup' }, rows.map((cells) => h('tr', { role: 'row' }, cells.map(cell))))));
}

/** section makes a part of a view with a heading. */
export function section(title, ...children) {
  return h('section', {}, h('h2', {}, title), children);
}

/** facts makes a list of names with values; those without a value are left out. */
export function facts(pairs) {
  const shown = pairs.filter(([, value]) => value !== '' && value !== null && value !== undefined);
  return h('dl', {}, shown.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}

/** badge makes a word that stands out; the kind is good, bad, warn or plain. */
export function badge(text, kind = 'plain') {
  return h('span', { class: `badge ${kind}` }, text);
}

/** button makes a button. While what it does is not over, it cannot be pressed again. */
export function button(text, act, attributes = {}) {
  const b = h('button', { type: 'button', ...attributes }, text);
  b.addEventListener('click', async () => {
    b.disabled = true;
    try {
      await act(b);
    } finally {
      b.disabled = false;
    }
  });
  return b;
}

/** field makes an input with its label, and a text that explains it. */
export function field(label, input, hint = '') {
  const id = input.id || `field-${(fields += 1)}`;
  input.id = id;
  if (!hint) return h('p', { class: 'field' }, h('label', { for: id }, label), input);
  input.setAttribute('aria-describedby', `${id}-hint`);
  return h('p', { class: 'field' }, h('label', { for: id }, label), input, h('small', { id: `${id}-hint` }, hint));
}

let fields = 0;

/** time makes a time as people of the reader's place write it. */
export function time(text) {
  if (!text || text.startsWith('0001-')) return '';
  return h('time', { datetime: text }, new Date(text).toLocaleString());
}

/** plural counts things. */
export function plural(n, one, many = `${one}s`) {
  return `${n} ${n === 1 ? one : many}`;
}
