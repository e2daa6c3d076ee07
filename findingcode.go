package pack

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
	requirementOption       findingCode = "requirements.option"
	requirementUnpinned     findingCode = "requirements.unpinned"
	requirementUnreadable   findingCode = "requirements.unreadable"

	treeSymlink    findingCode = "tree.symlink"
	treeIrregular  findingCode = "tree.irregular"
	treeSubmodule  findingCode = "tree.submodule"
	treeNestedPack findingCode = "tree.nested_pack"
	treeLimit      findingCode = "tree.limit"
)
