package pack

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A Severity says whether a [Finding] makes a pack unusable.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// A Finding is something that loading or validation noticed in a pack.
type Finding struct {
	// Code is stable: "<what>.<reason>", such as "action.entry_point_missing".
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	// File is relative to the pack and separated by "/"; Line counts from 1, 0
	// when the finding concerns the whole file.
	File string `json:"file"`
	Line int    `json:"line"`
	// Message says what is wrong and what to write instead.
	Message string `json:"message"`
	// Err is the typed cause where there is one, such as a [*LimitError] or
	// the error of [ParseVersion]; else nil.
	Err error `json:"-"`
}

// String returns "file:line: message (code)".
func (f Finding) String() string {
	file := f.File
	if strings.ContainsFunc(file, func(r rune) bool { return !unicode.IsPrint(r) }) {
		file = strconv.Quote(file)
	}
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s (%s)", file, f.Message, f.Code)
	}
	return fmt.Sprintf("%s:%d: %s (%s)", file, f.Line, f.Message, f.Code)
}

// Findings of [Load] and of [Validate] are in the order of files and lines.
type Findings []Finding

// Errors returns the findings of severity error.
func (fs Findings) Errors() Findings {
	var errs Findings
	for _, f := range fs {
		if f.Severity == SeverityError {
			errs = append(errs, f)
		}
	}
	return errs
}

// Err returns an [*InvalidError] with the findings of severity error, or nil
// when there is none.
func (fs Findings) Err() error {
	if errs := fs.Errors(); len(errs) > 0 {
		return &InvalidError{Findings: errs}
	}
	return nil
}

// An InvalidError says why a pack is invalid. It matches [ErrInvalid].
type InvalidError struct {
	Findings Findings // of severity error, never empty
}

// Error returns the first finding and the number of others.
func (e *InvalidError) Error() string {
	if n := len(e.Findings) - 1; n > 0 {
		return fmt.Sprintf("%v, and %d more", e.Findings[0], n)
	}
	return e.Findings[0].String()
}

// Unwrap returns [ErrInvalid] and the causes of the findings.
func (e *InvalidError) Unwrap() []error {
	errs := []error{ErrInvalid}
	for _, f := range e.Findings {
		if f.Err != nil {
			errs = append(errs, f.Err)
		}
	}
	return errs
}

// ErrorCode returns the code of the first finding's cause, or
// [CodeInvalidManifest].
func (e *InvalidError) ErrorCode() Code {
	return cmp.Or(CodeOf(e.Findings[0].Err), CodeInvalidManifest)
}

// sort puts findings into the order of files and lines; pack.yaml comes first.
func (fs Findings) sort() {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(
			cmp.Compare(b2i(a.File != ManifestFile), b2i(b.File != ManifestFile)),
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
		)
	})
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// A findingCode is the code of a [Finding]. Its severity is in findingTable.
type findingCode string

// The codes, by what they are about.
const (
	yamlEncoding     findingCode = "yaml.encoding"
	yamlSyntax       findingCode = "yaml.syntax"
	yamlEmpty        findingCode = "yaml.empty"
	yamlDocuments    findingCode = "yaml.documents"
	yamlNotMapping   findingCode = "yaml.not_mapping"
	yamlDuplicateKey findingCode = "yaml.duplicate_key"
	yamlKey          findingCode = "yaml.key"
	yamlAlias        findingCode = "yaml.alias"
	yamlTag          findingCode = "yaml.tag"
	yamlNumber       findingCode = "yaml.number"
	yamlLimit        findingCode = "yaml.limit"

	manifestMissing        findingCode = "manifest.missing"
	manifestNotRegular     findingCode = "manifest.not_regular"
	manifestNoRef          findingCode = "manifest.no_ref"
	manifestInvalidRef     findingCode = "manifest.invalid_ref"
	manifestNoVersion      findingCode = "manifest.no_version"
	manifestInvalidVersion findingCode = "manifest.invalid_version"
	manifestNoLabel        findingCode = "manifest.no_label"
	manifestNoDescription  findingCode = "manifest.no_description"
	manifestNull           findingCode = "manifest.null"
	manifestWrongType      findingCode = "manifest.wrong_type"
	manifestInvalidValue   findingCode = "manifest.invalid_value"
	manifestUnknownKey     findingCode = "manifest.unknown_key"
	manifestKeyCase        findingCode = "manifest.key_case"
	manifestLegacyConflict findingCode = "manifest.legacy_conflict"
	manifestDependency     findingCode = "manifest.invalid_dependency"
	manifestDependencyURL  findingCode = "manifest.dependency_url"
	manifestUnknownRuntime findingCode = "manifest.unknown_runtime"
	manifestPython2        findingCode = "manifest.python2_only"
	manifestUnsafePath     findingCode = "manifest.unsafe_path"
	manifestTestRunner     findingCode = "manifest.unknown_test_runner"
	manifestTestsMissing   findingCode = "manifest.tests_missing"

	componentNoRef        findingCode = "component.no_ref"
	componentInvalidRef   findingCode = "component.invalid_ref"
	componentForeignRef   findingCode = "component.foreign_ref"
	componentDuplicateRef findingCode = "component.duplicate_ref"
	componentWrongType    findingCode = "component.wrong_type"
	componentInvalidValue findingCode = "component.invalid_value"
	componentKeyCase      findingCode = "component.key_case"
	componentOtherPack    findingCode = "component.other_pack"
	componentNotRegular   findingCode = "component.not_regular"
	componentLimit        findingCode = "component.limit"
	componentForeignUse   findingCode = "component.foreign_use"
	componentRunner       findingCode = "component.unknown_runner"
	componentUnsafePath   findingCode = "component.unsafe_path"

	actionNoEntryPoint      findingCode = "action.no_entry_point"
	actionEntryPointMissing findingCode = "action.entry_point_missing"
	actionWorkflowMissing   findingCode = "action.workflow_missing"
	actionParameter         findingCode = "action.invalid_parameter"

	sensorNoEntryPoint      findingCode = "sensor.no_entry_point"
	sensorEntryPointMissing findingCode = "sensor.entry_point_missing"
	sensorInlineTriggers    findingCode = "sensor.inline_triggers"
	sensorUnknownTrigger    findingCode = "sensor.unknown_trigger"

	ruleNoTrigger      findingCode = "rule.no_trigger"
	ruleNoAction       findingCode = "rule.no_action"
	ruleUnknownTrigger findingCode = "rule.unknown_trigger"
	ruleUnknownAction  findingCode = "rule.unknown_action"
	ruleStackStorm     findingCode = "rule.stackstorm_shape"
	ruleWithRef        findingCode = "rule.has_ref"

	policyNoLimit findingCode = "policy.no_limit"

	configSchemaInvalid findingCode = "config_schema.invalid"

	requirementSingleEquals findingCode = "requirements.single_equals"
	requirementInvalid      findingCode = "requirements.invalid"
	requirementVCS          findingCode = "requirements.vcs"
	requirementURL          findingCode = "requirements.url"
	requirementPath         findingCode = "requirements.path"
	requirementOption       findingCode = "requirements.option"
	requirementRefused      findingCode = "requirements.refused"
	requirementUnpinned     findingCode = "requirements.unpinned"
	requirementUnreadable   findingCode = "requirements.unreadable"

	nodeManifestInvalid   findingCode = "node.invalid_manifest"
	nodeDependencyRefused findingCode = "node.refused_dependency"
	nodeLockInvalid       findingCode = "node.invalid_lock"
	nodeLockRefused       findingCode = "node.refused_lock"

	treeSymlink    findingCode = "tree.symlink"
	treeIrregular  findingCode = "tree.irregular"
	treeSubmodule  findingCode = "tree.submodule"
	treeNestedPack findingCode = "tree.nested_pack"
	treeUnreadable findingCode = "tree.unreadable"
	treeLimit      findingCode = "tree.limit"
)

// A findingKind describes one code.
type findingKind struct {
	code     findingCode
	severity Severity
	meaning  string
}

// findingTable describes every code; docs/findings.md is made of it.
var findingTable = []findingKind{
	{yamlEncoding, SeverityError, "the file is not UTF-8, or has a control character"},
	{yamlSyntax, SeverityError, "the file is not YAML"},
	{yamlEmpty, SeverityError, "the file has no content"},
	{yamlDocuments, SeverityError, "the file has a second document, which most readers drop silently"},
	{yamlNotMapping, SeverityError, "the document is not a mapping"},
	{yamlDuplicateKey, SeverityError, "a mapping has a key twice; the first is used"},
	{yamlKey, SeverityError, "a key is a mapping or a list, as an unquoted template makes it"},
	{yamlAlias, SeverityError, "an anchor, alias or merge key in pack.yaml, or one that makes no sense"},
	{yamlTag, SeverityError, "a value has an explicit tag"},
	{yamlNumber, SeverityError, "a number is not finite"},
	{yamlLimit, SeverityError, "the file passes a limit on size, depth, keys, values or aliases"},

	{manifestMissing, SeverityError, "there is no pack.yaml"},
	{manifestNotRegular, SeverityError, "pack.yaml is a link, a directory or another irregular file"},
	{manifestNoRef, SeverityError, "`ref` is missing; in StackStorm shape it is derived from `name`"},
	{manifestInvalidRef, SeverityError, "`ref` is not a valid ref"},
	{manifestNoVersion, SeverityError, "`version` is missing"},
	{manifestInvalidVersion, SeverityError, "`version` is not a strict semantic version"},
	{manifestNoLabel, SeverityWarning, "`label` is missing"},
	{manifestNoDescription, SeverityWarning, "`description` is missing"},
	{manifestNull, SeverityWarning, "`description`, `author` or `email` is null"},
	{manifestWrongType, SeverityError, "a value of pack.yaml has the wrong type"},
	{manifestInvalidValue, SeverityError, "a value of pack.yaml is not one of those allowed"},
	{manifestUnknownKey, SeverityWarning, "a key of pack.yaml is not known; its value is kept"},
	{manifestKeyCase, SeverityError, "a key of pack.yaml differs from a known one only in case"},
	{manifestLegacyConflict, SeverityError, "a key and its legacy name have different values"},
	{manifestDependency, SeverityError, "a dependency is not `ref` or `ref@constraint`"},
	{manifestDependencyURL, SeverityWarning, "a dependency is a URL or a path; it is ignored"},
	{manifestUnknownRuntime, SeverityWarning, "`runtime_deps` names a program that is not a known runtime"},
	{manifestPython2, SeverityWarning, "the pack says that it runs on Python 2 only"},
	{manifestUnsafePath, SeverityError, "a path of pack.yaml leads out of the pack"},
	{manifestTestRunner, SeverityWarning, "a test runner is not one that is run; its suite fails"},
	{manifestTestsMissing, SeverityError, "the entry point of a test runner does not exist"},

	{componentNoRef, SeverityError, "a component has no `ref` (native shape), or neither `ref` nor `name`"},
	{componentInvalidRef, SeverityError, "the ref of a component has an invalid form"},
	{componentForeignRef, SeverityError, "the ref of a component belongs to another pack"},
	{componentDuplicateRef, SeverityError, "two components of the pack have the same ref"},
	{componentWrongType, SeverityError, "a value of a component has the wrong type"},
	{componentInvalidValue, SeverityError, "a value of a component is not one of those allowed"},
	{componentKeyCase, SeverityError, "a key of a component differs from `ref`, `name`, ... only in case"},
	{componentOtherPack, SeverityWarning, "the `pack` of a component is not the pack it lies in"},
	{componentNotRegular, SeverityError, "a component file, or a directory of them, is a link or another irregular file"},
	{componentLimit, SeverityError, "the pack has too many component files; the rest is not read"},
	{componentForeignUse, SeverityWarning, "a component uses a component of another pack"},
	{componentRunner, SeverityWarning, "`runner_type` is not known, or is one of StackStorm in a pack of native shape; nothing starts under an unknown one"},
	{componentUnsafePath, SeverityError, "a path of a component leads out of the pack"},

	{actionNoEntryPoint, SeverityError, "an action has no `entry_point`, which its runner needs"},
	{actionEntryPointMissing, SeverityError, "the `entry_point` of an action does not exist, or is a pointer of Git LFS"},
	{actionWorkflowMissing, SeverityError, "the `workflow_file` of an action does not exist"},
	{actionParameter, SeverityError, "a parameter has a name that is not a string, or a spec that is not a mapping"},

	{sensorNoEntryPoint, SeverityError, "a sensor has no `entry_point`, which its runner needs"},
	{sensorEntryPointMissing, SeverityError, "the `entry_point` of a sensor does not exist, or is a pointer of Git LFS"},
	{sensorInlineTriggers, SeverityWarning, "a sensor describes its triggers itself, in StackStorm shape"},
	{sensorUnknownTrigger, SeverityWarning, "a sensor names a trigger of its own pack that does not exist"},

	{ruleNoTrigger, SeverityError, "a rule has no `trigger_ref`"},
	{ruleNoAction, SeverityError, "a rule has no `action_ref`"},
	{ruleUnknownTrigger, SeverityError, "a rule names a trigger of its own pack that does not exist"},
	{ruleUnknownAction, SeverityError, "a rule names an action of its own pack that does not exist"},
	{ruleStackStorm, SeverityWarning, "a rule has `trigger` and `action` mappings, in StackStorm shape"},
	{ruleWithRef, SeverityWarning, "a rule of StackStorm shape has a `ref` instead of a `name`"},

	{policyNoLimit, SeverityError, "a policy has neither `concurrency` nor `rate_limit` nor `quotas`"},

	{configSchemaInvalid, SeverityWarning, "config.schema.yaml cannot be read; the pack loads without it"},

	{requirementSingleEquals, SeverityError, "a line of requirements.txt has a single `=`"},
	{requirementInvalid, SeverityError, "a line of requirements.txt is not a requirement, or has a control character"},
	{requirementVCS, SeverityWarning, "a line of requirements.txt names a version control URL, which a host may refuse"},
	{requirementURL, SeverityWarning, "a line of requirements.txt names a URL, which a host may refuse"},
	{requirementPath, SeverityError, "a line of requirements.txt names a file or directory"},
	{requirementOption, SeverityError, "a line of requirements.txt is, or has, an option other than a digest"},
	{requirementRefused, SeverityError, "a line of requirements.txt has a variable, a password, an unsafe URL or a weak digest, or only some lines have digests, or there are too many"},
	{requirementUnpinned, SeverityWarning, "a line of requirements.txt has no version"},
	{requirementUnreadable, SeverityError, "requirements.txt cannot be read as text"},

	{nodeManifestInvalid, SeverityError, "package.json is not JSON with a single reading, has a value of the wrong type, or passes a limit"},
	{nodeDependencyRefused, SeverityError, "package.json names a package that does not come from a registry, or workspaces"},
	{nodeLockInvalid, SeverityError, "package-lock.json is not JSON with a single reading, has a value of the wrong type, or passes a limit"},
	{nodeLockRefused, SeverityError, "package-lock.json is of npm 6, or has a package that does not come from a registry with a strong digest"},

	{treeSymlink, SeverityError, "the pack has a symbolic link"},
	{treeIrregular, SeverityError, "the pack has a device, pipe or another irregular file"},
	{treeSubmodule, SeverityWarning, "a directory is a git submodule, whose content is not delivered"},
	{treeNestedPack, SeverityWarning, "another pack.yaml lies deeper in the pack; it is ignored"},
	{treeUnreadable, SeverityError, "a file or directory cannot be read"},
	{treeLimit, SeverityError, "the pack has too many files; the rest is not checked"},
}

// severity returns the severity of c.
func (c findingCode) severity() Severity {
	for i := range findingTable {
		if findingTable[i].code == c {
			return findingTable[i].severity
		}
	}
	return SeverityError
}

// maxFindings is how many findings are reported for one pack.
const maxFindings = 5000

// report adds a finding. Beyond maxFindings it adds only errors, so that a pack
// that has one is never taken for valid.
func (fs *Findings) report(code findingCode, file string, line int, err error) {
	if n := len(*fs); n >= 2*maxFindings || n >= maxFindings && code.severity() != SeverityError {
		return
	}
	*fs = append(*fs, Finding{
		Code: string(code), Severity: code.severity(), File: file, Line: line,
		Message: err.Error(), Err: typedCause(err),
	})
}

// typedCause returns err when it has a code of its own.
func typedCause(err error) error {
	if CodeOf(err) == "" {
		return nil
	}
	return err
}
