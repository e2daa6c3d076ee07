// Package e2e contains only tests. They install packs with packages from the public
// registries and run code that imports them. They are built only with the tag e2e:
// see "make e2e".
package e2e
