// Package source says where packs come from: it parses what a user typed into a [Locator], resolves that to a [pack.Pin], and delivers the pin's content into a [Sink].
package source
