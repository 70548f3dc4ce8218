package catalog

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"lcshealth/checks"
	"lcshealth/checks/facts"
)

// removeEntry is the article's remedy for a bad database entry: disable the
// user, delete the entry on every Live Communications Server of the forest,
// and enable the user again. living tells whether an account holds the
// address; without one there is nobody to disable.
func removeEntry(d *facts.Deployment, address string, living bool) (steps []checks.Step) {
	if living {
		steps = append(steps,
			checks.Step{Text: properties(address)},
			checks.Step{Text: "Clear the Enable Live Communications for this user check box and click Apply."})
	}
	// In a stable order, whatever that of the facts is.
	byName := slices.SortedFunc(slices.Values(d.Databases), func(a, b *facts.Database) int { return strings.Compare(a.Name, b.Name) })
	for _, db := range byName {
		host, instance := databaseHost(d, db)
		step := checks.Step{Text: "Delete the entry from the database of " + db.Name + ".", Host: host}
		if command, ok := deleteCommand(instance, address); ok {
			step.Command = command
		} else {
			step.Text = fmt.Sprintf("Delete the entry %q from the database of %s with the stored procedure RtcDeleteResource. It cannot be written safely on a command line: use an SQL tool.", address, db.Name)
		}
		steps = append(steps, step)
	}
	if living {
		steps = append(steps, checks.Step{Text: "When the entry is gone from every server, select the Enable Live Communications for this user check box again and click OK."})
	}
	return append(steps, checks.Step{Text: "Do the same for each affected user."})
}

// databaseHost says on which host a database is reached and by which name.
func databaseHost(d *facts.Deployment, db *facts.Database) (host, instance string) {
	pools, _ := d.Directory.Pools.Get() // without them each database counts as the server's own
	for _, p := range pools {
		for _, served := range db.Serves {
			if strings.EqualFold(p.FQDN, served) && p.BackEnd != "" && !strings.HasPrefix(strings.ToLower(p.BackEnd), "(local)") {
				return strings.SplitN(p.BackEnd, `\`, 2)[0], p.BackEnd
			}
		}
	}
	return db.Name, `(local)\rtc`
}

// analyzeCommand is the article's way to see one user's entry. It is empty for
// a name that would need quotes.
func analyzeCommand(address string) string {
	if address == "" || strings.ContainsFunc(address, func(r rune) bool { return unsafe(r) || !plain(r) && !strings.ContainsRune("@.-_+'", r) }) {
		return ""
	}
	return "dbanalyze.exe /report:user /user:" + address
}

// deleteCommand is the command that the article gives, with the quotes of the
// name doubled. It is not given for a name that the command processor or the
// tool could take for something else, or for a back end that is no plain name:
// both come from a directory or database that others write to.
func deleteCommand(instance, address string) (string, bool) {
	if address == "" || strings.ContainsFunc(address, unsafe) {
		return "", false
	}
	if strings.ContainsFunc(instance, func(r rune) bool { return !plain(r) && !strings.ContainsRune(`().-_\`, r) }) {
		return "", false
	}
	return fmt.Sprintf(`OSQL -S %s -d rtc -E -Q "exec RtcDeleteResource N'%s'"`, instance, strings.ReplaceAll(address, "'", "''")), true
}

// unsafe reports characters that have a meaning to the command processor of
// Windows even between quotes: " and %. Of those beyond ASCII all but letters
// and digits are unsafe: a program that takes its arguments in the code page
// of the system gets for some of them the quote that they look like (U+02BC
// becomes '), and would then see the end of the name.
func unsafe(r rune) bool {
	if r < utf8.RuneSelf {
		return r == '"' || r == '%' || !unicode.IsPrint(r)
	}
	return !unicode.In(r, unicode.Ll, unicode.Lu, unicode.Lt, unicode.Lo, unicode.Nd)
}

// plain reports letters and digits.
func plain(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
