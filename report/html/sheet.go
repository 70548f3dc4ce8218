package html

import _ "embed" // the style

var (
	//go:embed style.css
	basic string
	//go:embed interactive.css
	ofScript string
	//go:embed matrix.css
	ofMatrix string
	//go:embed timeline.css
	ofTimeline string
	//go:embed picture.css
	ofPicture string
)

// style is that of every page, in one element.
var style = basic + ofScript + ofMatrix + ofTimeline + ofPicture

// Sheet is the style of the report's page, for other pages that show parts of
// reports.
func Sheet() string { return style }
