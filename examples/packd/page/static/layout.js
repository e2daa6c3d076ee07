// Places packs in layers, each to the right of all it needs.

/** layers returns lists of names; needs maps each name to those that it needs. */
export function layers(needs) {
  const depth = new Map();
  const at = (name, above) => {
    if (depth.has(name)) return depth.get(name);
    if (above.has(name)) return 0; // a circle
    above.add(name);
    const deepest = Math.max(-1, ...needs.get(name).filter((n) => needs.has(n)).map((n) => at(n, above)));
    above.delete(name);
    depth.set(name, deepest + 1);
    return deepest + 1;
  };
  const rows = [];
  for (const name of [...needs.keys()].sort()) (rows[at(name, new Set())] ??= []).push(name);
  return Array.from(rows, (row) => row ?? []);
}

/** around returns the names that a name needs, and those that need it, directly or not. */
export function around(name, needs) {
  const users = new Map();
  for (const [user, refs] of needs) for (const ref of refs) users.set(ref, [...(users.get(ref) ?? []), user]);
  const found = new Set([name]);
  for (const edges of [needs, users]) {
    const queue = [name];
    while (queue.length > 0) {
      for (const next of edges.get(queue.pop()) ?? []) {
        if (found.has(next)) continue;
        found.add(next);
        queue.push(next);
      }
    }
  }
  return found;
}
