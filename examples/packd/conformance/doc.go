// Package conformance tests that docs/api-pack-installation.md is accurate: it
// runs each example of the document, in order, with a real packd, packctl and
// curl, and compares endpoints and parameters with the API's own description.
package conformance
