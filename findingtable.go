package pack

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
	{manifestUnknownRuntime, SeverityWarning, "`runtime_deps` names a program that is no runtime we know"},
	{manifestPython2, SeverityWarning, "the pack says that it runs on Python 2 only"},
	{manifestUnsafePath, SeverityError, "a path of pack.yaml leads out of the pack"},
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
	{componentRunner, SeverityWarning, "`runner_type` is not one we know"},
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
	{requirementInvalid, SeverityWarning, "a line of requirements.txt is not a requirement we can read"},
	{requirementVCS, SeverityWarning, "a line of requirements.txt names a version control URL"},
	{requirementURL, SeverityWarning, "a line of requirements.txt names a URL or a path"},
	{requirementOption, SeverityWarning, "a line of requirements.txt is an option"},
	{requirementUnpinned, SeverityWarning, "a line of requirements.txt has no version"},
	{requirementUnreadable, SeverityWarning, "requirements.txt cannot be read as text"},

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

// maxFindings is how many findings of one pack are told.
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
