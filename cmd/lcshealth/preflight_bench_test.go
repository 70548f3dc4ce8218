package main

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/facts"
	"lcshealth/checks/lab"
	"lcshealth/checks/preflight"
)

// BenchmarkPreflight judges plans of many users (BENCH_USERS) with the real
// program: half of them are to be enabled and half to be moved, in a deployment
// that has as many. One of each ten thousand has an address that is taken.
func BenchmarkPreflight(b *testing.B) {
	dir := b.TempDir()
	program := filepath.Join(dir, "lcshealth")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	l, err := lab.Start(b.Context(), lab.Options{Dir: filepath.Join(dir, "lab")})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	stored := filepath.Join(dir, "lab.lcsfacts")
	if out, err := exec.CommandContext(b.Context(), program, "collect", "-q", "-c", l.Config(), "-o", stored).CombinedOutput(); err != nil {
		b.Fatalf("collect: %v\n%s", err, out)
	}
	for size := range strings.SplitSeq(cmp.Or(os.Getenv("BENCH_USERS"), "10000,100000"), ",") {
		users, err := strconv.Atoi(strings.TrimSpace(size))
		if err != nil {
			b.Fatalf("BENCH_USERS: %v", err)
		}
		b.Run(fmt.Sprintf("users=%d", users), func(b *testing.B) {
			crowd := filepath.Join(b.TempDir(), "crowd")
			if err := writeCrowd(stored, crowd, users); err != nil {
				b.Fatal(err)
			}
			var worst cost
			for b.Loop() {
				out, c, err := spend(b.Context(), []string{program, "preflight", crowd + ".yaml", "--facts", crowd + ".lcsfacts", "--accounts", crowd + ".accounts.csv", "--format", "csv"})
				if err == nil {
					err = verifyCrowd(out, users)
				}
				if err != nil {
					b.Fatal(err)
				}
				worst.memory, worst.cpu = max(worst.memory, c.memory), max(worst.cpu, c.cpu)
			}
			b.ReportMetric(float64(worst.memory>>20), "MB")
			b.ReportMetric(worst.cpu.Seconds()*1e6/float64(users), "µs-of-processor/line")
		})
	}
}

// person of a crowd: the odd ones are enabled already, the even ones are to be.
func crowdName(i int) string { return fmt.Sprintf("user%08d", i) }

func crowdTaken(i int) bool { return i%10_000 == 42 }

// writeCrowd writes facts of many users in the deployment of other facts, and a
// plan for all of them with its list of accounts.
func writeCrowd(stored, to string, users int) (err error) {
	file, err := os.Open(stored)
	if err != nil {
		return err
	}
	defer file.Close()
	in, err := facts.NewReader(file)
	if err != nil {
		return err
	}
	d := in.Deployment
	forest, _ := d.Directory.Forest.Get()
	homes, _ := d.Directory.HomeServers.Get()
	var facts1, list, sheet bytes.Buffer
	out, err := facts.NewWriter(&facts1, facts.Header{Tool: "test", CollectedAt: time.Now()})
	if err != nil {
		return err
	}
	if err := out.Deployment(d); err != nil {
		return err
	}
	fmt.Fprintln(&list, "DN,sAMAccountName,userAccountControl,objectSid,objectGUID")
	for _, d := range forest.Domains {
		fmt.Fprintf(&list, "\"CN=Administrator,CN=Users,%s\",Administrator,512,,\n", d.DN)
	}
	fmt.Fprintln(&sheet, "account,uri,home,move-to")
	for i := range users {
		name, mirrored := crowdName(i), true
		dn, sid, guid := fmt.Sprintf("CN=%s,OU=People,%s", name, forest.RootDN), fmt.Sprintf("%s-%d", forest.Domains[0].SID, 10_000+i), fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
		fmt.Fprintf(&list, "\"%s\",%s,512,%s,%s\n", dn, name, sid, guid)
		if i%2 == 0 {
			address := name + "@contoso.com"
			if crowdTaken(i) {
				address = crowdName(i+1) + "@contoso.com"
			}
			fmt.Fprintf(&sheet, "%s,sip:%s,lcs01.contoso.com,\n", name, address)
			continue
		}
		fmt.Fprintf(&sheet, "%s,,,lcs02.emea.contoso.com\n", name)
		u := &facts.SignIn{Address: name + "@contoso.com", Accounts: []facts.Account{{DN: dn, Name: name, GUID: guid, SID: sid, Address: "sip:" + name + "@contoso.com", Enabled: true, HomeServer: homes[0].Name}}}
		for _, db := range d.Databases {
			u.Entries = append(u.Entries, facts.Entry{Database: db.Name, ResourceID: int64(i), Address: u.Address, SID: &sid, GUID: &guid, DirectoryRow: &mirrored})
		}
		if err := out.SignIn(u); err != nil {
			return err
		}
	}
	if err := out.Close(); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(to+".lcsfacts", facts1.Bytes(), 0o600), os.WriteFile(to+".accounts.csv", list.Bytes(), 0o600), os.WriteFile(to+".csv", sheet.Bytes(), 0o600),
		os.WriteFile(to+".yaml", []byte("users: {file: "+filepath.Base(to)+".csv}\n"), 0o600),
	)
}

// verifyCrowd wants a verdict for each line, and the right one.
func verifyCrowd(out []byte, users int) error {
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(out, []byte("\ufeff")))).ReadAll()
	if err != nil {
		return err
	}
	if len(rows) != users+1 {
		return fmt.Errorf("%d rows for %d users", len(rows), users)
	}
	for i, row := range rows[1:] {
		want, check := preflight.Go, ""
		if crowdTaken(i) {
			want, check = preflight.NoGo, "address-taken"
		}
		if row[0] != crowdName(i) || row[3] != string(want) || row[5] != check {
			return fmt.Errorf("user %d: %q", i, row)
		}
	}
	return nil
}

// A plan for a few thousand users is judged whole, each line on its own.
func TestPreflightCrowd(t *testing.T) {
	const users = 20_000
	dir := t.TempDir()
	l, err := lab.Start(t.Context(), lab.Options{Dir: filepath.Join(dir, "lab"), Users: 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	stored, crowd := filepath.Join(dir, "lab.lcsfacts"), filepath.Join(dir, "crowd")
	runHere(t, 0, "collect", "-q", "-c", l.Config(), "-o", stored)
	if err := writeCrowd(stored, crowd, users); err != nil {
		t.Fatal(err)
	}
	out := runHere(t, 1, "preflight", crowd+".yaml", "--facts", crowd+".lcsfacts", "--accounts", crowd+".accounts.csv", "--format", "csv")
	if err := verifyCrowd(out, users); err != nil {
		t.Error(err)
	}
}
