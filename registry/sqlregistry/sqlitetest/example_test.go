package sqlitetest_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"

	"github.com/packtrain/pack/registry/sqlregistry"
)

func Example() {
	dir, err := os.MkdirTemp("", "records")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)

	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "records.db")+
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer db.Close()

	records, err := sqlregistry.Open(context.Background(), db, sqlregistry.SQLite(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	packs, err := records.Packs(context.Background())
	fmt.Println(len(packs), err)
	// Output: 0 <nil>
}
