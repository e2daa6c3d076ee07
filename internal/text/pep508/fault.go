package pep508

import "fmt"

// A Rule names the reason why a line of a requirements.txt is not installed as
// it stands. Only for RuleDirect a host can decide otherwise.
type Rule string

// The rules, in the order in which they are applied to a line.
const (
	RuleEncoding Rule = "encoding" // the file is in an encoding that is not read
	RuleControl  Rule = "control"  // a character at which some tools end the line
	RuleSecret   Rule = "secret"   // an address with a user or a password
	RuleOption   Rule = "option"   // an option of the installer
	RuleInclude  Rule = "include"  // another file that is not in the pack, or is included too deeply
	RulePath     Rule = "path"     // a file or a directory
	RuleEditable Rule = "editable" // an editable address
	RuleVariable Rule = "variable" // a variable of the environment
	RuleDigest   Rule = "digest"   // a digest that is weak, or missing while others have one
	RuleAddress  Rule = "address"  // an address that is neither https nor git+https
	RuleUnnamed  Rule = "unnamed"  // an address without the name of its package
	RuleSyntax   Rule = "syntax"   // not a requirement
	RuleDirect   Rule = "direct"   // an address in place of a package of the index
	RuleLimit    Rule = "limit"    // more requirements than are read
)

// A Fault says which rule a line, or the whole file, breaks. Callers give it a
// code and choose the words for what a host may allow.
type Fault struct {
	Rule Rule
	File string // of the line; the first file for faults of all files
	Line int    // counted from 1; 0 for the whole file
	// Reason is the message without the line. It never has a password.
	Reason string
	// Err is a [*SyntaxError] for RuleSyntax, else nil.
	Err error
	// Limit, Max and Value say which limit is exceeded, for RuleLimit.
	Limit      string
	Max, Value int64
}

// Error returns the reason.
func (f *Fault) Error() string { return f.Reason }

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

func fault(rule Rule, format string, args ...any) *Fault {
	return &Fault{Rule: rule, Reason: fmt.Sprintf(format, args...)}
}
