// Sends requests to the API of the packd that the page came from.

import { signOut, token } from './session.js';

/** base is the URL of the API, also behind a proxy that adds a path. */
export const base = new URL('../../api/v1/', import.meta.url);

/** A Problem is an answer other than success. Its status is 0 when there was none. */
export class Problem extends Error {
  constructor(status, body) {
    super(body?.error ?? `The service answered with status ${status}.`);
    this.status = status;
    this.code = body?.code ?? '';
    this.details = body?.details ?? {};
  }
}

/** url returns the URL of a path with a query; values that are empty are left out. */
export function url(path, query = {}) {
  const u = new URL(path, base);
  for (const [name, value] of Object.entries(query)) {
    if (value !== '' && value !== false && value !== null && value !== undefined) u.searchParams.set(name, value);
  }
  return u;
}

const known = new Map(); // the latest answers by URL, for their tags
const KEPT = 64;

/** read returns the data of an answer, with what its headers say of a list. */
export async function read(path, query, signal) {
  const at = url(path, query);
  const had = known.get(at.href);
  const answer = await request('GET', at, { headers: had ? { 'If-None-Match': had.etag } : {}, signal });
  if (answer.status === 304) return had.result;
  const result = { data: (await answer.json()).data, next: nextOf(answer), total: answer.headers.get('Total-Count') };
  remember(at.href, answer.headers.get('ETag'), result);
  return result;
}

function remember(href, etag, result) {
  known.delete(href);
  if (!etag) return;
  known.set(href, { etag, result });
  if (known.size > KEPT) known.delete(known.keys().next().value);
}

/** forget drops all answers, as they are those of one token. */
export function forget() {
  known.clear();
}

function nextOf(answer) {
  const link = /<([^>]*)>; rel="next"/.exec(answer.headers.get('Link') ?? '');
  return link ? new URLSearchParams(link[1].replace(/^.*\?/, '')) : null;
}

/** send makes a request that changes something, and returns the data of its answer. */
export async function send(method, path, { query, body, headers = {}, signal } = {}) {
  const content = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const answer = await request(method, url(path, query), {
    headers: { ...content, ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal,
  });
  return (await answer.json()).data;
}

/** start begins work in the background, and returns its operation. */
export function start(kind, body, key) {
  const headers = { Prefer: 'respond-async' };
  if (key) headers['Idempotency-Key'] = key;
  return send('POST', `packs/${kind}`, { body, headers });
}

async function request(method, at, options) {
  let answer;
  try {
    answer = await fetch(at, {
      method, ...options,
      headers: { ...options.headers, Accept: 'application/json', Authorization: `Bearer ${token()}` },
      cache: 'no-store', credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer',
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Problem(0, { error: 'The service cannot be reached.' });
  }
  if (answer.ok || answer.status === 304) return answer;
  const problem = new Problem(answer.status, await answer.json().catch(() => null));
  if (answer.status === 401) signOut('The token is not valid, or not any more.');
  throw problem;
}
