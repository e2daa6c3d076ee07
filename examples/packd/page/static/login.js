// Asks for a token.

import { read } from './api.js';
import { field, h } from './dom.js';
import { signIn, signOut } from './session.js';

/** login returns the view; done is called once a token is valid. */
export function login(done) {
  const input = h('input', { type: 'password', name: 'token', autocomplete: 'current-password', required: true, autofocus: true, spellcheck: 'false' });
  const submit = h('button', { type: 'submit' }, 'Sign in');
  const form = h('form', { class: 'narrow' },
    field('Token', input, 'It needs the scope read. It is kept until this tab is closed.'), submit);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    submit.disabled = true;
    signIn(input.value.trim());
    try {
      await read('summaries', { limit: 1 });
      input.value = '';
      done();
    } catch (problem) {
      if (problem.status !== 401) signOut(problem.message); // a 401 has done it
    }
  });
  return { title: 'Sign in', content: [form] };
}
