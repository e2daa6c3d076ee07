// The packs and what they need, as a picture and as a list.

import { read } from './api.js';
import { field, h, plural, s, section, table } from './dom.js';
import { around, layers } from './layout.js';
import { to } from './route.js';

const MOST = 150; // packs in one picture
const WIDTH = 170;
const HEIGHT = 34;
const GAP_X = 70;
const GAP_Y = 16;

export async function graph(_, query, signal) {
  const all = await everything(signal);
  const needs = new Map(all.map((p) => [p.pack_ref, p.dependencies.map((d) => d.ref)]));
  const broken = new Set(all.filter((p) => p.needs_repair || p.unmet_dependencies.length > 0).map((p) => p.pack_ref));
  const focus = h('input', { type: 'search', value: query.focus ?? '', autocomplete: 'off' });
  const form = h('form', { class: 'bar', role: 'search' }, field('Around the pack', focus), h('button', { type: 'submit' }, 'Show'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    location.hash = to(['graph'], { focus: focus.value.trim() });
  });
  const chosen = choose(needs, query.focus);
  const shown = new Map([...chosen].slice(0, MOST).map((ref) => [ref, needs.get(ref) ?? []]));
  const count = chosen.size > shown.size ? `${shown.size} of ${plural(chosen.size, 'pack')} are shown; name one to see what is around it.` : plural(shown.size, 'pack');
  return {
    title: 'Graph',
    content: [form, h('p', { class: 'count' }, count), shown.size > 0 && picture(shown, broken, query.focus), list(shown)],
  };
}

/** everything reads all parts of the list. */
async function everything(signal) {
  const all = [];
  for (let after = ''; ;) {
    const part = await read('summaries', { after, limit: 1000 }, signal);
    all.push(...part.data);
    if (!part.next) return all;
    after = part.next.get('after');
  }
}

/** choose returns the refs to show: around one, or those that have to do with others. */
function choose(needs, focus) {
  if (focus) return around(focus, needs);
  const used = new Set([...needs.values()].flat());
  const all = [...needs.keys(), ...[...used].filter((ref) => !needs.has(ref))];
  return new Set(all.sort((a, b) => related(b, needs, used) - related(a, needs, used) || (a < b ? -1 : 1)));
}

function related(ref, needs, used) {
  return used.has(ref) || (needs.get(ref) ?? []).length > 0 ? 1 : 0;
}

function picture(shown, broken, focus) {
  const place = new Map();
  const rows = layers(shown);
  rows.forEach((row, x) => row.forEach((ref, y) => place.set(ref, { x: 8 + x * (WIDTH + GAP_X), y: 8 + y * (HEIGHT + GAP_Y) })));
  const width = rows.length * (WIDTH + GAP_X) - GAP_X + 16;
  const height = Math.max(...rows.map((r) => r.length)) * (HEIGHT + GAP_Y) - GAP_Y + 16;
  return h('div', { class: 'scroll picture', tabindex: 0, role: 'region', 'aria-label': 'Picture of the graph' },
    s('svg', { width, height, viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': 'Packs, each to the right of what it needs' },
      [...shown].flatMap(([ref, needs]) => needs.filter((n) => place.has(n)).map((n) => edge(place.get(n), place.get(ref)))),
      [...place].map(([ref, at]) => node(ref, at, ref === focus ? 'focus' : broken.has(ref) ? 'broken' : ''))));
}

function edge(from, to) {
  const [x1, y1, x2, y2] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x, to.y + HEIGHT / 2];
  const bend = Math.max(30, Math.abs(x2 - x1) / 2);
  return s('path', { class: 'edge', d: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` });
}

function node(ref, at, kind) {
  const label = ref.length > 20 ? `${ref.slice(0, 19)}…` : ref;
  return s('a', { href: to(['pack', ref]), class: `node ${kind}`, 'aria-label': kind === 'broken' ? `${ref}, broken` : ref },
    s('title', {}, ref), s('rect', { x: at.x, y: at.y, width: WIDTH, height: HEIGHT, rx: 6 }),
    s('text', { x: at.x + WIDTH / 2, y: at.y + HEIGHT / 2, 'text-anchor': 'middle', 'dominant-baseline': 'central' }, label));
}

/** list says the same in words. */
function list(shown) {
  const rows = [...shown].filter(([, needs]) => needs.length > 0).map(([ref, needs]) => [
    h('a', { href: to(['pack', ref]) }, ref), needs.map((n, i) => [i > 0 && ', ', h('a', { href: to(['pack', n]) }, n)])]);
  return section('In words', table('What packs need', ['Pack', 'Needs'], rows, 'No pack needs another one.'));
}
