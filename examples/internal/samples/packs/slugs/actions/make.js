// Prints the slug of the title in ATTUNE_ACTION_TITLE.
const slug = require('tinyslug');

console.log(slug(process.env.ATTUNE_ACTION_TITLE));
