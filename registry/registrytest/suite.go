package registrytest

import (
	"testing"

	"github.com/packtrain/pack/registry"
)

// Run checks that records satisfy the contract of [registry.Records]. newRecords is
// called once per case and returns empty records; it may use t for cleanup.
func Run(t *testing.T, newRecords func(t testing.TB) registry.Records) {
	t.Helper()
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.run(t, newRecords(t))
		})
	}
}

// A suiteCase is one promise. It stops at the first violation.
type suiteCase struct {
	name string
	run  func(t testing.TB, r registry.Records)
}

func cases() []suiteCase {
	return []suiteCase{
		{"UnknownPackIsNotFound", unknownPackIsNotFound},
		{"EmptyRecordsListNothing", emptyRecordsListNothing},
		{"ActivationIsReadBack", activationIsReadBack},
		{"PacksAreOrderedByRef", packsAreOrderedByRef},
		{"SummariesAgreeWithRecords", summariesAgreeWithRecords},
		{"DamagedSummaryAffectsNoOther", damagedSummaryAffectsNoOther},
		{"UpgradeReplacesComponents", upgradeReplacesComponents},
		{"UpgradeKeepsIDAndInstalled", upgradeKeepsIDAndInstalled},
		{"RollBackAddsNoGeneration", rollBackAddsNoGeneration},
		{"ActivatingTwiceChangesNothing", activatingTwiceChangesNothing},
		{"StaleActivationIsRefused", staleActivationIsRefused},
		{"RefusedOperationLeavesNothing", refusedOperationLeavesNothing},
		{"ComponentRefsAreUnique", componentRefsAreUnique},
		{"RemovalRemovesEverything", removalRemovesEverything},
		{"StaleRemovalIsRefused", staleRemovalIsRefused},
		{"IDsAreNeverReused", idsAreNeverReused},
		{"ConfigurationIsReplaced", configurationIsReplaced},
		{"StaleConfigurationIsRefused", staleConfigurationIsRefused},
		{"ConfigurationOutlivesThePack", configurationOutlivesThePack},
		{"SecretsStaySecret", secretsStaySecret},
		{"OneOfManyConfigurationsWins", oneOfManyConfigurationsWins},
		{"CancelledConfigurationChangesNothing", cancelledConfigurationChangesNothing},
		{"EvidenceOutlivesThePack", evidenceOutlivesThePack},
		{"EvidenceIsBounded", evidenceIsBounded},
		{"EvidenceOfManyPacksIsBounded", evidenceOfManyPacksIsBounded},
		{"ManyWritersAddEvidence", manyWritersAddEvidence},
		{"SettingsAreKept", settingsAreKept},
		{"ForgottenGenerationsAreGone", forgottenGenerationsAreGone},
		{"MentionsAreFound", mentionsAreFound},
		{"HostileTextIsKept", hostileTextIsKept},
		{"ManyComponentsAreKept", manyComponentsAreKept},
		{"EncodedComponentsAreKept", encodedComponentsAreKept},
		{"ReturnedValuesBelongToTheCaller", returnedValuesBelongToTheCaller},
		{"CancelledContextChangesNothing", cancelledContextChangesNothing},
		{"OneOfManyOperationsWins", oneOfManyOperationsWins},
		{"OneOfManySetsWins", oneOfManySetsWins},
		{"ReadersNeverSeeHalfAnOperation", readersNeverSeeHalfAnOperation},
		{"ReadersNeverSeeHalfASet", readersNeverSeeHalfASet},
		{"SetsAreAppliedTogether", setsAreAppliedTogether},
		{"ConflictInOneLeavesAll", conflictInOneLeavesAll},
		{"ComponentsMoveWithinASet", componentsMoveWithinASet},
		{"RepeatedOperationChangesNothing", repeatedOperationChangesNothing},
		{"OutcomeIsKnown", outcomeIsKnown},
		{"InvalidOperationsAreRefused", invalidOperationsAreRefused},
		{"ManyGenerationsAreKept", manyGenerationsAreKept},
		{"DamagedRecordAffectsNoOther", damagedRecordAffectsNoOther},
		{"DamagedGenerationAffectsNoOther", damagedGenerationAffectsNoOther},
		{"DependentsAreFound", dependentsAreFound},
		{"DependentsFollowSets", dependentsFollowSets},
		{"DependentsAreFoundByManyAtOnce", dependentsAreFoundByManyAtOnce},
		{"ChangesAreListed", changesAreListed},
		{"OnlyChangesAreListed", onlyChangesAreListed},
		{"ChangesBeyondTheFeedAreRefused", changesBeyondTheFeedAreRefused},
		{"ChangesComeInBatches", changesComeInBatches},
		{"ReadersMissNoChange", readersMissNoChange},
		{"RecordsBelongToOneRoot", recordsBelongToOneRoot},
		{"OneOfManyRootsWins", oneOfManyRootsWins},
	}
}
