package pack

import (
	"errors"
	"io/fs"
	"unicode/utf8"

	"github.com/packtrain/pack/internal/text/pep508"
)

const requirementsFile = "requirements.txt"

// checkRequirements judges every line of requirements.txt.
func (v *validator) checkRequirements() {
	data, err := readRegular(v.fsys, requirementsFile, v.limits.ComponentSize)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return
	case err == nil && !utf8.Valid(data):
		err = errors.New("the file is not UTF-8")
	}
	if err != nil {
		v.findings.report(requirementUnreadable, requirementsFile, 0, err)
		return
	}
	for number, text := range pep508.Lines(string(data)) {
		v.checkRequirement(number, text)
	}
}

func (v *validator) checkRequirement(number int, text string) {
	line, err := pep508.ParseLine(text)
	code, advice := requirementUnpinned, "the newest version will be taken, whatever it is; write one behind %q"
	switch {
	case errors.Is(err, pep508.ErrSingleEquals):
		v.findings.report(requirementSingleEquals, requirementsFile, number, err)
		return
	case err != nil:
		v.findings.report(requirementInvalid, requirementsFile, number, err)
		return
	case line.Kind == pep508.VCS:
		code, advice = requirementVCS, "%q is fetched from version control when the environment is built"
	case line.Kind == pep508.URL, line.Kind == pep508.Path:
		code, advice = requirementURL, "%q is fetched from there when the environment is built"
	case line.Kind == pep508.Option:
		code, advice = requirementOption, "option %q is for the installer; the host decides those"
	case line.Pinned():
		return
	}
	v.report(code, requirementsFile, number, advice, line.Text)
}
