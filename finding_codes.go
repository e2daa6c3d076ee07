package pack

import "slices"

// A Severity says whether a [Finding] makes a pack unusable.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// A FindingCode identifies the kind of a [Finding]. It is stable: "<what>.<reason>",
// such as "action.entry_point_missing". [FindingCodes] describes all of them.
type FindingCode string

// The codes, by subject.
const (
	yamlEncoding     FindingCode = "yaml.encoding"
	yamlSyntax       FindingCode = "yaml.syntax"
	yamlEmpty        FindingCode = "yaml.empty"
	yamlDocuments    FindingCode = "yaml.documents"
	yamlNotMapping   FindingCode = "yaml.not_mapping"
	yamlDuplicateKey FindingCode = "yaml.duplicate_key"
	yamlKey          FindingCode = "yaml.key"
	yamlAlias        FindingCode = "yaml.alias"
	yamlTag          FindingCode = "yaml.tag"
	yamlNumber       FindingCode = "yaml.number"
	yamlLimit        FindingCode = "yaml.limit"

	manifestMissing        FindingCode = "manifest.missing"
	manifestAmbiguous      FindingCode = "manifest.ambiguous"
	manifestNotRegular     FindingCode = "manifest.not_regular"
	manifestNoRef          FindingCode = "manifest.no_ref"
	manifestInvalidRef     FindingCode = "manifest.invalid_ref"
	manifestNoVersion      FindingCode = "manifest.no_version"
	manifestInvalidVersion FindingCode = "manifest.invalid_version"
	manifestNoLabel        FindingCode = "manifest.no_label"
	manifestNoDescription  FindingCode = "manifest.no_description"
	manifestNull           FindingCode = "manifest.null"
	manifestWrongType      FindingCode = "manifest.wrong_type"
	manifestInvalidValue   FindingCode = "manifest.invalid_value"
	manifestUnknownKey     FindingCode = "manifest.unknown_key"
	manifestKeyCase        FindingCode = "manifest.key_case"
	manifestLegacyConflict FindingCode = "manifest.legacy_conflict"
	manifestDependency     FindingCode = "manifest.invalid_dependency"
	manifestPlatform       FindingCode = "manifest.invalid_platform_version"
	manifestSelfDependency FindingCode = "manifest.self_dependency"
	manifestEmptyRange     FindingCode = "manifest.empty_constraint"
	manifestDependencyURL  FindingCode = "manifest.dependency_url"
	manifestUnknownRuntime FindingCode = "manifest.unknown_runtime"
	manifestPython2        FindingCode = "manifest.python2_only"
	manifestUnsafePath     FindingCode = "manifest.unsafe_path"
	manifestTestRunner     FindingCode = "manifest.unknown_test_runner"
	manifestTestsMissing   FindingCode = "manifest.tests_missing"

	componentNoRef        FindingCode = "component.no_ref"
	componentInvalidRef   FindingCode = "component.invalid_ref"
	componentForeignRef   FindingCode = "component.foreign_ref"
	componentDuplicateRef FindingCode = "component.duplicate_ref"
	componentWrongType    FindingCode = "component.wrong_type"
	componentInvalidValue FindingCode = "component.invalid_value"
	componentKeyCase      FindingCode = "component.key_case"
	componentOtherPack    FindingCode = "component.other_pack"
	componentNotRegular   FindingCode = "component.not_regular"
	componentLimit        FindingCode = "component.limit"
	componentForeignUse   FindingCode = "component.foreign_use"
	componentRunner       FindingCode = "component.unknown_runner"
	componentUnread       FindingCode = "component.not_read"
	componentKeySpelling  FindingCode = "component.key_spelling"
	componentUnsafePath   FindingCode = "component.unsafe_path"

	actionNoEntryPoint      FindingCode = "action.no_entry_point"
	actionEntryPointMissing FindingCode = "action.entry_point_missing"
	actionWorkflowMissing   FindingCode = "action.workflow_missing"
	actionParameter         FindingCode = "action.invalid_parameter"
	actionParameterVariable FindingCode = "action.parameter_variable"
	actionHidesModule       FindingCode = "action.hides_module"

	scriptMark        FindingCode = "script.byte_order_mark"
	scriptLineEnds    FindingCode = "script.line_ends"
	scriptInterpreter FindingCode = "script.interpreter"

	sensorNoEntryPoint      FindingCode = "sensor.no_entry_point"
	sensorEntryPointMissing FindingCode = "sensor.entry_point_missing"
	sensorInlineTriggers    FindingCode = "sensor.inline_triggers"
	sensorUnknownTrigger    FindingCode = "sensor.unknown_trigger"

	ruleNoTrigger      FindingCode = "rule.no_trigger"
	ruleNoAction       FindingCode = "rule.no_action"
	ruleUnknownTrigger FindingCode = "rule.unknown_trigger"
	ruleUnknownAction  FindingCode = "rule.unknown_action"
	ruleStackStorm     FindingCode = "rule.stackstorm_shape"
	ruleWithRef        FindingCode = "rule.has_ref"

	policyNoLimit FindingCode = "policy.no_limit"

	schemaInvalid     FindingCode = "schema.invalid"
	schemaUnknownType FindingCode = "schema.unknown_type"
	schemaDefault     FindingCode = "schema.default"
	schemaSecret      FindingCode = "schema.secret_value"

	configSchemaInvalid FindingCode = "config_schema.invalid"

	requirementSingleEquals FindingCode = "requirements.single_equals"
	requirementInvalid      FindingCode = "requirements.invalid"
	requirementVCS          FindingCode = "requirements.vcs"
	requirementURL          FindingCode = "requirements.url"
	requirementPath         FindingCode = "requirements.path"
	requirementOption       FindingCode = "requirements.option"
	requirementRefused      FindingCode = "requirements.refused"
	requirementUnpinned     FindingCode = "requirements.unpinned"
	requirementUnreadable   FindingCode = "requirements.unreadable"

	runtimeRange       FindingCode = "runtime.invalid_range"
	runtimeCommand     FindingCode = "runtime.invalid_command"
	runtimeTemplate    FindingCode = "runtime.unknown_variable"
	runtimeEnvironment FindingCode = "runtime.invalid_environment"
	runtimeLoader      FindingCode = "runtime.loader_variable"
	runtimePath        FindingCode = "runtime.unsafe_path"
	runtimeAbsolute    FindingCode = "runtime.absolute_program"

	packagesUnread FindingCode = "packages.not_read"

	nodeManifestInvalid   FindingCode = "node.invalid_manifest"
	nodeDependencyRefused FindingCode = "node.refused_dependency"
	nodeIgnored           FindingCode = "node.ignored_key"
	nodeLockInvalid       FindingCode = "node.invalid_lock"
	nodeLockRefused       FindingCode = "node.refused_lock"

	treeUnsafeName FindingCode = "tree.unsafe_name"
	treeCollision  FindingCode = "tree.name_collision"
	treeSymlink    FindingCode = "tree.symlink"
	treeIrregular  FindingCode = "tree.irregular"
	treeSubmodule  FindingCode = "tree.submodule"
	treeNestedPack FindingCode = "tree.nested_pack"
	treeLimit      FindingCode = "tree.limit"

	// FindingUnreadable is the code of a file or directory that cannot be read.
	FindingUnreadable FindingCode = "tree.unreadable"
)

// A FindingKind describes one code.
type FindingKind struct {
	Code     FindingCode `json:"code"`
	Severity Severity    `json:"severity"`
	// Meaning is a line of Markdown for people.
	Meaning string `json:"meaning"`
}

// FindingCodes returns every code that loading and validation report, with its severity
// and its meaning, grouped by subject. The result belongs to the caller.
func FindingCodes() []FindingKind { return slices.Clone(findingTable) }

// findingTable describes every code; docs/findings.md is made of it.
var findingTable = []FindingKind{
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
	{manifestAmbiguous, SeverityError, "there is a pack.yaml at the root and another in pack/"},
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
	{manifestPlatform, SeverityError, "`attune_version` is not a version constraint"},
	{manifestSelfDependency, SeverityError, "the pack depends on itself"},
	{manifestEmptyRange, SeverityWarning, "the constraint of a dependency, or `attune_version`, allows no version"},
	{manifestDependencyURL, SeverityWarning, "a dependency is a URL or a path; it is met only by a host that follows URLs"},
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
	{componentUnread, SeverityWarning, "a file looks like a component and is not read, because of its directory or its extension"},
	{componentKeySpelling, SeverityWarning, "a key of a component is not known and is spelled almost like one that is"},
	{componentUnsafePath, SeverityError, "a path of a component leads out of the pack"},

	{actionNoEntryPoint, SeverityError, "an action has no `entry_point`, which its runner needs"},
	{actionEntryPointMissing, SeverityError, "the `entry_point` of an action does not exist, or is a pointer of Git LFS"},
	{actionWorkflowMissing, SeverityError, "the `workflow_file` of an action does not exist"},
	{actionParameter, SeverityError, "a parameter has a name that is not a string, or a spec that is not a mapping"},
	{actionParameterVariable, SeverityWarning, "two parameters of an action with `parameter_delivery: env` become the same variable, because only letters, digits and `_` make its name"},
	{actionHidesModule, SeverityWarning, "a file beside Python scripts has the name of a module of Python's standard library, which the scripts then cannot import"},

	{scriptMark, SeverityError, "a script, or a test, has a byte order mark before its first line, and cannot be started"},
	{scriptLineEnds, SeverityError, "a script of a shell, or the first line of a script, ends its lines as Windows does, and cannot be run"},
	{scriptInterpreter, SeverityError, "the first line of a script names no interpreter by its absolute path, or a text has no first line and no runtime"},

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

	{schemaInvalid, SeverityError, "a description of values (`parameters`, `conf_schema`, `output`, ...) is not a schema: `required`, `enum`, `properties` or `$ref` has a value that it cannot have"},
	{schemaUnknownType, SeverityWarning, "a description of values has a type that is not one of JSON Schema"},
	{schemaDefault, SeverityWarning, "a default, or a value of `config`, does not fit its description"},
	{schemaSecret, SeverityWarning, "a pack contains a value, of `config` or as a default, that its description marks as secret"},

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

	{runtimeRange, SeverityError, "a range of versions of Python or Node.js is not written as their tools write it"},
	{runtimeCommand, SeverityError, "a command of a runtime is not a list of words, its program is empty, has a control character or leads out of the pack, or its pattern is not a regular expression"},
	{runtimeTemplate, SeverityError, "a command, path or variable of a runtime has braces that stand for none of `{env_dir}`, `{pack_dir}`, `{interpreter}` and `{manifest_path}`"},
	{runtimeEnvironment, SeverityError, "a runtime sets an environment variable whose name is not made of letters, digits and `_`, whose value has a NUL, or with an operation that there is not"},
	{runtimeLoader, SeverityError, "a runtime sets an environment variable that makes programs load other code, such as `LD_PRELOAD`, or that is the platform's, such as `HTTPS_PROXY`"},
	{runtimePath, SeverityError, "a directory or file of a runtime leads out of the pack, or its interpreter does not lie in its environment"},
	{runtimeAbsolute, SeverityWarning, "a runtime names a program by an absolute path, which other machines may not have"},

	{packagesUnread, SeverityWarning, "a file that lists packages to install is not read: it lies elsewhere, is spelled otherwise, or is of another tool"},

	{nodeManifestInvalid, SeverityError, "package.json is not JSON with a single reading, has a value of the wrong type, or passes a limit"},
	{nodeDependencyRefused, SeverityError, "package.json names a package that does not come from a registry, or workspaces"},
	{nodeIgnored, SeverityWarning, "package.json has a key that npm heeds and that has no effect here"},
	{nodeLockInvalid, SeverityError, "package-lock.json is not JSON with a single reading, has a value of the wrong type, or passes a limit"},
	{nodeLockRefused, SeverityError, "package-lock.json is of npm 6, or has a package that does not come from a registry with a strong digest"},

	{treeUnsafeName, SeverityError, "the name of a file or directory means something else, or is not allowed, on some system"},
	{treeCollision, SeverityError, "two names are the same on some system"},
	{treeSymlink, SeverityError, "the pack has a symbolic link"},
	{treeIrregular, SeverityError, "the pack has a device, pipe or another irregular file"},
	{treeSubmodule, SeverityWarning, "a directory is a git submodule, whose content is not delivered"},
	{treeNestedPack, SeverityWarning, "another pack.yaml, or a file of almost that name, lies in the pack; it is ignored"},
	{treeLimit, SeverityError, "the pack has too many files; the rest is not checked"},
	{FindingUnreadable, SeverityError, "a file or directory cannot be read"},
}

// severity returns the severity of c.
func (c FindingCode) severity() Severity {
	for i := range findingTable {
		if findingTable[i].Code == c {
			return findingTable[i].Severity
		}
	}
	return SeverityError
}
