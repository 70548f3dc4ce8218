package lab

import (
	"fmt"
	"strings"
)

// person is somebody's name, and how addresses spell it. A name that is not
// written in two parts stands in given.
type person struct{ given, family, mailbox string }

// display is the name as most directories show it.
func (p person) display() string { return strings.TrimSpace(p.given + " " + p.family) }

// listed is the name as directories show it that sort by family name.
func (p person) listed() string {
	if p.family == "" {
		return p.given
	}
	return p.family + ", " + p.given
}

// remarkable are people whose names are hard on programs: with a quote, with
// letters that are not ASCII, in another script.
var remarkable = []person{
	{"Aoife", "O'Brien", "aoife.o'brien"},
	{"Jürgen", "Größler", "juergen.groessler"},
	{"Søren", "Ravn", "soren.ravn"},
	{"李雷", "", "lei.li"},
	{"Łukasz", "Wiśniewski", "lukasz.wisniewski"},
	{"Siobhán", "D'Arcy", "siobhan.d'arcy"},
	{"François", "L'Écuyer", "francois.lecuyer"},
	{"Nguyễn", "Thị Hoa", "nguyen.thihoa"},
	{"Zoë", "van der Berg", "zoe.vanderberg"},
	{"Jiří", "Dvořák", "jiri.dvorak"},
	{"İpek", "Yıldız", "ipek.yildiz"},
	{"Ольга", "Соколова", "olga.sokolova"},
}

// The given and family names of the others. Their numbers have no common
// divisor, so that walking both lists gives every pair before one comes again.
var (
	givenNames = strings.Fields(`Kim Pat Alice Robert Megan David Amy Michael Laura Peter Susan Brian Nina Terry
		Eva Carlos Ines Raj Priya Yuki Hiroshi Fatima Omar Anna Lars Ingrid Marco Giulia Pavel Elena Tomas Claire
		Ben Judy Adam Ruth Gustavo`)
	familyNames = strings.Fields(`Akers Abercrombie Bowen Campbell Dyck Ellerbrock Flood Gates Haas Ito Jensen Kelly
		Lang Moreland Nash Oliveira Philips Quist Ralls Sharma Tran Ueda Vance Walters Yang Zimmer Barnhill Cannon
		Delaney Espino Fakhouri Ganio Hagens Ingle Janssen Khan Lertchai Meyers Norred Osada Penor Rettig Seidl
		Trau Uppal Valdez Wood Young Zare Byham Chai Danner Evans`)
)

// name returns the person of a number: the same in every lab, and nobody
// twice.
func name(i int) person {
	if i < len(remarkable) {
		return remarkable[i]
	}
	i -= len(remarkable)
	p := person{given: givenNames[i%len(givenNames)], family: familyNames[i%len(familyNames)]}
	if round := i / (len(givenNames) * len(familyNames)); round > 0 {
		p.family += fmt.Sprint(" ", round+1) // as directories of many tell namesakes apart
	}
	p.mailbox = strings.ToLower(p.given + "." + strings.ReplaceAll(p.family, " ", ""))
	return p
}
