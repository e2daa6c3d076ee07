// Reads and writes the part of the URL after "#", which says what the page shows.

/** here returns the parts of the path and the query. */
export function here() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  return { parts: path.split('/').filter(Boolean).map(decode), query: Object.fromEntries(new URLSearchParams(query)) };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** to returns the URL of what the parts name. */
export function to(parts, query = {}) {
  const set = Object.entries(query).filter(([, value]) => value !== '' && value !== false && value !== undefined && value !== null);
  const text = new URLSearchParams(set).toString();
  return `#/${parts.map(encodeURIComponent).join('/')}${text ? `?${text}` : ''}`;
}

/** go shows what the parts name. */
export function go(parts, query) {
  location.hash = to(parts, query);
}

/** note changes the URL without showing anything else. */
export function note(parts, query) {
  history.replaceState(null, '', to(parts, query));
}
