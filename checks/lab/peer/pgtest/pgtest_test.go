package pgtest

import (
	"database/sql"
	"testing"
)

// What was committed outlives a crash of the server.
func TestKillAndRestart(t *testing.T) {
	t.Parallel()
	s := Start(t)
	db, err := sql.Open("pgx", s.Database(t, `x "y"`))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE t (a BIGINT); INSERT INTO t VALUES (7)"); err != nil {
		t.Fatal(err)
	}
	s.Kill()
	if err := db.Ping(); err == nil {
		t.Error("it still serves")
	}
	s.Restart(t)
	var a int
	if err := db.QueryRow("SELECT a FROM t").Scan(&a); err != nil || a != 7 {
		t.Errorf("got %d, %v", a, err)
	}
}
