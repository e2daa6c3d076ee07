// Follows the events of an operation. A browser cannot send a token with an EventSource,
// so each connection takes a ticket, which is good for one use.

import { Problem, send, url } from './api.js';

const LAST = ['completed', 'operation_failed', 'cancelled'];
const KINDS = ['started', 'progress', 'finished', 'failed', 'warning', 'closed', 'queued', 'running', ...LAST];
const PAUSE = 500;
const LONGEST = 8000;

/**
 * follow calls event for each event of an operation after a number, until the last one or
 * until the signal. It connects again when it is cut off, and says so by connected.
 */
export async function follow(id, after, { event, connected }, signal) {
  let last = after;
  let pause = PAUSE;
  while (!signal.aborted) {
    try {
      const over = await stream(id, last, signal, (e) => {
        pause = PAUSE;
        last = e.seq;
        event(e);
      }, connected);
      if (over) return;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
    }
    if (signal.aborted) return;
    connected(false);
    await rest(pause, signal);
    pause = Math.min(2 * pause, LONGEST);
  }
}

/** stream reads one connection; it is true if that had the last event. */
async function stream(id, after, signal, event, connected) {
  const { ticket } = await send('POST', `operations/${id}/ticket`, { signal });
  const source = new EventSource(url(`operations/${id}/events`, { after, ticket }));
  return new Promise((resolve) => {
    const end = (over) => {
      source.close();
      resolve(over);
    };
    source.addEventListener('open', () => connected(true));
    source.addEventListener('error', () => end(false)); // its own way to connect again would use the ticket again
    signal.addEventListener('abort', () => end(false), { once: true });
    for (const kind of KINDS) {
      source.addEventListener(kind, (message) => {
        event(JSON.parse(message.data));
        if (LAST.includes(kind)) end(true);
      });
    }
  });
}

/** rest waits, less if the network comes back. */
function rest(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const now = () => {
      clearTimeout(timer);
      resolve();
    };
    addEventListener('online', now, { once: true });
    signal.addEventListener('abort', now, { once: true });
  });
}
