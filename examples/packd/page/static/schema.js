// Reads the two forms of a schema: JSON Schema of an object, and a flat map of specs.

/** fieldsOf returns the fields that a schema describes, in its order. */
export function fieldsOf(schema) {
  const isObject = schema?.type === 'object' && typeof schema.properties === 'object';
  const specs = isObject ? schema.properties : schema ?? {};
  const required = isObject && Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(specs)
    .filter(([, spec]) => spec !== null && typeof spec === 'object' && !Array.isArray(spec))
    .map(([name, spec]) => ({
      name,
      type: Array.isArray(spec.type) ? spec.type.join(' or ') : spec.type ?? 'string',
      description: spec.description ?? '',
      required: spec.required === true || required.includes(name),
      secret: spec.secret === true || spec.writeOnly === true || spec.format === 'password',
      options: Array.isArray(spec.enum) ? spec.enum : null,
      default: spec.default,
    }));
}
