// Package json reads JSON that has one reading only, without copying it.
//
// encoding/json takes the last of two equal keys, matches keys in any case (even
// "packſ" for "packs"), replaces invalid UTF-8, and a Decoder ignores data after
// the value: two programs can read two different documents. [Parse] refuses all
// of that:
//
//   - two keys of one object that are equal or, unless [Options] allow it,
//     differ in case only;
//   - text that is not UTF-8, halves of surrogate pairs;
//   - numbers that no float64 can hold;
//   - anything but white space around the value.
//
// It limits the nesting and the length of strings. The returned value is a view
// of the text: values are decoded on demand.
//
// The package imports nothing of ours but another leaf, so that every room can use
// it: callers turn its errors into ones with a code.
package json
