// Package dotenv reads and writes the format in which actions get their
// parameters when they ask for "dotenv":
//
//	# a comment
//	packs='["hello@^1.0"]'
//	note='it'\''s a value
//	of two lines'
//
// Each variable is one name='value'. Inside the quotes every byte stands for
// itself, line ends too; a quote is written as shells want it, see "it" above.
// Lists and maps are JSON. A POSIX shell reads the same values, as long as the
// names are names to it. There is nothing else: no spaces around "=", no unquoted
// values, no expansion.
package dotenv
