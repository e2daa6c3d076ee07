// Returns a title in lower case, its words joined by hyphens.
module.exports = (title) =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
