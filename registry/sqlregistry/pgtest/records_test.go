package pgtest_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/packtrain/pack"
	"github.com/packtrain/pack/registry"
	"github.com/packtrain/pack/registry/registrytest"
	"github.com/packtrain/pack/registry/sqlregistry"
	"github.com/packtrain/pack/registry/sqlregistry/pgtest"
)

func openDB(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func openRecords(t testing.TB, dsn string) *sqlregistry.Records {
	t.Helper()
	records, err := sqlregistry.Open(t.Context(), openDB(t, dsn), sqlregistry.PostgreSQL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// damageable are records that the suite can damage.
type damageable struct {
	*sqlregistry.Records

	dsn string
}

// Damage implements [registrytest.Damager].
func (d damageable) Damage(t testing.TB, ref pack.Ref) {
	t.Helper()
	execute(t, openDB(t, d.dsn), `UPDATE packtrain_packs SET manifest = '{' WHERE ref = $1`, ref.String())
}

// DamageSummary implements [registrytest.SummaryDamager].
func (d damageable) DamageSummary(t testing.TB, ref pack.Ref) {
	t.Helper()
	const damage = `UPDATE packtrain_dependencies SET document = '{' WHERE position = 1 AND pack_id = (SELECT id FROM packtrain_packs WHERE ref = $1)`
	execute(t, openDB(t, d.dsn), damage, ref.String())
}

// DamageGeneration implements [registrytest.GenerationDamager].
func (d damageable) DamageGeneration(t testing.TB, ref pack.Ref, name string) {
	t.Helper()
	const damage = `UPDATE packtrain_generations SET pin = '{' WHERE name = $1 AND pack_id = (SELECT id FROM packtrain_packs WHERE ref = $2)`
	execute(t, openDB(t, d.dsn), damage, name, ref.String())
}

func TestRecords(t *testing.T) {
	t.Parallel()
	server := pgtest.Start(t)
	bouncer := server.Bouncer(t)
	for name, dsn := range map[string]func(t testing.TB) string{
		// With settings of the connection that would weaken the records.
		"direct": func(t testing.TB) string {
			return pgtest.With(pgtest.With(server.Database(t), "default_transaction_isolation", "serializable"), "synchronous_commit", "off")
		},
		"pgbouncer": func(t testing.TB) string {
			return pgtest.With(pgtest.At(server.Database(t), bouncer), "default_query_exec_mode", "exec")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			registrytest.Run(t, func(t testing.TB) registry.Records {
				dsn := dsn(t)
				return damageable{openRecords(t, dsn), dsn}
			})
			registrytest.RunShared(t, func(t testing.TB) registrytest.Opener {
				dsn := dsn(t)
				return func(t testing.TB) (registry.Records, error) {
					return sqlregistry.Open(t.Context(), openDB(t, dsn), sqlregistry.PostgreSQL(), nil)
				}
			})
		})
	}
}

func TestManyGenerations(t *testing.T) {
	t.Parallel()
	registrytest.Generations{Reading: time.Second}.Run(t, openRecords(t, pgtest.Start(t).Database(t)))
}
