package diag

// Document is a diagnostic as JSON. Lines and columns count from 1; a diagnostic
// without a place has none of the fields of [Where].
type Document struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	Summary  string `json:"summary"`
	Detail   string `json:"detail,omitempty"`
	Hint     string `json:"hint,omitempty"`
	Where
	Related []Relation `json:"related,omitempty"`
}

// Where is a range as JSON.
type Where struct {
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitempty"`
	Column    int    `json:"column,omitempty"`
	EndLine   int    `json:"end_line,omitempty"`
	EndColumn int    `json:"end_column,omitempty"`
}

// Relation is another place that a problem is about.
type Relation struct {
	Text string `json:"text"`
	Where
}

// Document is the diagnostic as a JSON value.
func (d Diagnostic) Document() Document {
	doc := Document{
		Severity: d.Severity.String(), Code: d.Code, Summary: Printable(d.Summary),
		Detail: Printable(d.Detail), Hint: Printable(d.Hint), Where: where(d.Range),
	}
	for _, r := range d.Related {
		doc.Related = append(doc.Related, Relation{Printable(r.Text), where(r.Range)})
	}
	return doc
}

// Documents are the problems as JSON values; never nil.
func (l List) Documents() []Document {
	out := make([]Document, 0, len(l))
	for _, d := range l {
		out = append(out, d.Document())
	}
	return out
}

func where(r Range) Where {
	if r.IsZero() {
		return Where{}
	}
	return Where{Printable(r.File), r.Start.Line, r.Start.Column, r.End.Line, r.End.Column}
}
