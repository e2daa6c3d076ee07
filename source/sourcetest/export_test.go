package sourcetest

import "testing"

// RunCase runs one case of the suite.
func RunCase(t testing.TB, name string, h Harness) {
	t.Helper()
	h = prepare(t, h)
	for _, c := range cases() {
		if c.name == name {
			c.run(t, h)
			return
		}
	}
	t.Fatalf("there is no case %q", name)
}

// CaseNames lists the cases of the suite.
func CaseNames() []string {
	var names []string
	for _, c := range cases() {
		names = append(names, c.name)
	}
	return names
}
