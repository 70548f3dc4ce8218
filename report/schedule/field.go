package schedule

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/robfig/cron/v3"
)

// field is one of the five of a cron expression.
type field struct {
	name     string
	min, max int
	option   cron.ParseOption // for a parser of this field alone
	hint     string           // what it may hold
}

var fields = [5]field{
	{"minute", 0, 59, cron.Minute, "0 to 59"},
	{"hour", 0, 23, cron.Hour, "0 to 23"},
	{"day of month", 1, 31, cron.Dom, "1 to 31"},
	{"month", 1, 12, cron.Month, "1 to 12 or jan to dec"},
	{"day of week", 0, 6, cron.Dow, "0 (Sunday) to 6 or sun to sat, 7 is Sunday too"},
}

// star is the bit by which the parser marks a field that is not restricted.
const star = 1 << 63

// part is one item of a field's list. The parser takes more than that, such as
// empty items, "*-5" and steps beyond the end, which are slips of the pen.
var part = regexp.MustCompile(`^(?:\*|\?|([0-9]{1,2}|[A-Za-z]{3})(?:-([0-9]{1,2}|[A-Za-z]{3}))?)(?:/([0-9]{1,3}))?$`)

// parse returns the values of a field as a set of bits.
func (f field) parse(text string) (uint64, error) {
	fail := func(format string, args ...any) (uint64, error) {
		return 0, fmt.Errorf("%s %q: %s (it is %s, *, a list a,b, a range a-b or a step */n)", f.name, text, fmt.Sprintf(format, args...), f.hint)
	}
	parts := strings.Split(text, ",")
	for i, p := range parts {
		m := part.FindStringSubmatch(p)
		if m == nil {
			return fail("%q is not understood", p)
		}
		if step, err := strconv.Atoi(m[3]); err == nil && (step < 1 || step > f.max) {
			return fail("the step %d is not between 1 and %d", step, f.max)
		}
		if p[0] == '?' && f.option != cron.Dom && f.option != cron.Dow {
			return fail("only a day can be ?")
		}
		if f.option == cron.Dow {
			parts[i] = sunday(p, m)
		}
	}
	parsed, err := cron.NewParser(f.option).Parse(strings.Join(parts, ","))
	if err != nil {
		return fail("%v", err)
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return fail("it is not a field")
	}
	return map[cron.ParseOption]uint64{
		cron.Minute: spec.Minute, cron.Hour: spec.Hour, cron.Dom: spec.Dom, cron.Month: spec.Month, cron.Dow: spec.Dow,
	}[f.option], nil
}

// sunday writes an item of the day of week without a 7, which the parser does
// not know.
func sunday(item string, m []string) string {
	from, to := m[1], m[2]
	switch {
	case from == "7" && (to == "" || to == "7"):
		return "0"
	case to != "7":
		return item
	}
	low, err := strconv.Atoi(from)
	if err != nil {
		if low = strings.Index("sunmontuewedthufrisat", strings.ToLower(from)); low < 0 || low%3 != 0 {
			return item
		}
		low /= 3
	}
	step := max(1, number(m[3]))
	var days []string
	for day := low; day <= 7; day += step {
		days = append(days, strconv.Itoa(day%7))
	}
	return strings.Join(days, ",")
}

// number is the number that a text is, or 0.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// values are the members of a set of bits, in order.
func (f field) values(bits uint64) (out []int) {
	for i := f.min; i <= f.max; i++ {
		if bits&(1<<i) != 0 {
			out = append(out, i)
		}
	}
	return out
}

// all says whether a set holds every value of the field.
func (f field) all(bits uint64) bool { return len(f.values(bits)) == f.max-f.min+1 }

// write writes values in the way of a scheduler: single ones in a format, ranges
// with what stands between their ends, and steps behind a slash.
func write(values []int, format, to string) string {
	one := func(v int) string { return fmt.Sprintf(format, v) }
	if n := len(values); n >= 3 {
		step := values[1] - values[0]
		even := true
		for i := 1; i < n; i++ {
			even = even && values[i]-values[i-1] == step
		}
		if even && step == 1 {
			return one(values[0]) + to + one(values[n-1])
		}
		if even {
			return one(values[0]) + to + one(values[n-1]) + "/" + strconv.Itoa(step)
		}
	}
	var out []string
	for _, v := range values {
		out = append(out, one(v))
	}
	return strings.Join(out, ",")
}
