// The configuration of a pack as a form, made from its conf_schema. Secret values are never
// read: the service sends a placeholder for each, and keeps the value where it gets it back.

import { read, send } from './api.js';
import { button, field, h } from './dom.js';
import { fieldsOf } from './schema.js';

const MASK = '********';

/** configuration shows a button, for reading the values takes a scope of its own. */
export function configuration(p, path) {
  const place = h('div', { id: 'configuration' });
  const open = async () => {
    try {
      place.replaceChildren(await form(p, path, open));
    } catch (error) {
      place.replaceChildren(h('p', { role: 'alert' }, error.message), button('Try again', open));
    }
  };
  place.append(button('Edit configuration', open));
  return place;
}

async function form(p, path, again) {
  const { data } = await read(`${path}/config`);
  const secrets = new Set(data.secrets);
  const described = fieldsOf(p.manifest.conf_schema);
  const inputs = described.map((f) => inputFor(f, data.values[f.name], secrets.has(`/${f.name}`)));
  const rest = Object.fromEntries(Object.entries(data.values).filter(([name]) => !described.some((f) => f.name === name)));
  const other = h('textarea', { rows: 4, spellcheck: 'false' }, JSON.stringify(rest, null, 2));
  const said = h('p', { role: 'status' });
  const save = h('button', { type: 'submit' }, 'Save configuration');
  const element = h('form', {}, inputs.map((i) => i.element), field('Other values', other, 'A JSON object'), said, save);
  element.addEventListener('submit', async (event) => {
    event.preventDefault();
    save.disabled = true;
    try {
      const values = { ...JSON.parse(other.value) };
      for (const i of inputs) i.put(values);
      await send('PUT', `${path}/config`, { body: values, headers: { 'If-Match': `"${data.revision}"` } });
      await again();
      document.dispatchEvent(new CustomEvent('notice', { detail: 'The configuration is saved.' }));
    } catch (error) {
      said.textContent = error.message;
    } finally {
      save.disabled = false;
    }
  });
  return element;
}

/** inputFor returns the element for a field, and how its value gets into an object. */
function inputFor(f, value, hasSecret) {
  const make = f.secret || hasSecret ? secretInput : f.options ? select : f.type === 'boolean' ? checkbox
    : f.type === 'integer' || f.type === 'number' ? number : f.type === 'string' ? text : json;
  const { input, get } = make(f, value, hasSecret);
  const label = f.required ? `${f.name} (required)` : f.name;
  const hint = [f.description, f.default !== undefined && !f.secret && `Default: ${JSON.stringify(f.default)}`].filter(Boolean).join(' ');
  return {
    element: field(label, input, hint),
    put(values) {
      const got = get();
      if (got !== undefined) values[f.name] = got;
    },
  };
}

function secretInput(f, value, has) {
  const input = h('input', { type: 'password', autocomplete: 'off', placeholder: has ? 'unchanged' : '' });
  return { input, get: () => input.value || (has ? value ?? MASK : undefined) };
}

function select(f, value) {
  const input = h('select', {}, h('option', { value: '' }, ''), f.options.map((o, i) => h('option', { value: i, selected: o === value }, String(o))));
  return { input, get: () => (input.value === '' ? undefined : f.options[Number(input.value)]) };
}

function checkbox(f, value) {
  const input = h('input', { type: 'checkbox', checked: (value ?? f.default) === true });
  return { input, get: () => (input.checked || value !== undefined ? input.checked : undefined) };
}

function number(f, value) {
  const input = h('input', { type: 'number', step: f.type === 'integer' ? 1 : 'any', value: value ?? '' });
  return { input, get: () => (input.value === '' ? undefined : Number(input.value)) };
}

function text(f, value) {
  const input = h('input', { type: 'text', value: value ?? '', spellcheck: 'false' });
  return { input, get: () => (input.value === '' && value === undefined ? undefined : input.value) };
}

function json(f, value) {
  const input = h('textarea', { rows: 3, spellcheck: 'false' }, value === undefined ? '' : JSON.stringify(value, null, 2));
  return { input, get: () => (input.value.trim() === '' ? undefined : JSON.parse(input.value)) };
}
