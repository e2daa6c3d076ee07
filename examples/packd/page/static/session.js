// Keeps the token until the tab is closed, and nowhere else.

const KEY = 'packtrain.token';

export function token() {
  return sessionStorage.getItem(KEY) ?? '';
}

export function signIn(text) {
  sessionStorage.setItem(KEY, text);
}

/** signOut forgets the token; why is told to who looks at the page. */
export function signOut(why = '') {
  sessionStorage.removeItem(KEY);
  document.dispatchEvent(new CustomEvent('signed-out', { detail: why }));
}
