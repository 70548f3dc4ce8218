package tds71_test

import (
	"testing"
	"time"
)

// BenchmarkRows reads 100,000 rows with go-mssqldb, directly from a server of
// the newer layout and translated from one of the older, in turns. The metric
// is how much longer the second takes; passed is the same through a translator
// that has nothing to translate.
func BenchmarkRows(b *testing.B) {
	_, newer := start(b, modern())
	_, older := start(b, legacy())
	direct := open(b, newer, &dialer{}, nil)
	passed := open(b, newer, &dialer{wrap: true}, nil)
	translated := open(b, older, &dialer{wrap: true}, nil)
	var took [3]time.Duration
	for b.Loop() {
		began := time.Now()
		for i, read := range []func() int{
			func() int { return count(b, direct, "select many") },
			func() int { return count(b, passed, "select many") },
			func() int { return count(b, translated, "select many") },
		} {
			if n := read(); n != many {
				b.Fatalf("%d rows", n)
			}
			now := time.Now()
			took[i] += now.Sub(began)
			began = now
		}
	}
	b.ReportMetric(float64(took[2])/float64(took[0]), "translated/direct")
	b.ReportMetric(float64(took[1])/float64(took[0]), "passed/direct")
	b.ReportMetric(float64(took[2].Microseconds())/float64(b.N)/many, "µs/row")
}
