package diag

import "fmt"

// Problems is an error that carries diagnostics, for callers that return errors.
// What it says as text is the first of them; [Render] shows all.
type Problems struct{ List List }

// Error names the first error and how many more there are.
func (p *Problems) Error() string {
	list := p.List.Errors()
	if len(list) == 0 {
		list = p.List
	}
	if len(list) == 0 {
		return "no problem"
	}
	text := Printable(list[0].Summary)
	if !list[0].Range.IsZero() {
		text = Printable(list[0].Range.String()) + ": " + text
	}
	if more := len(list) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}

// Err is the list as an error, and nil when there is no error in it.
func (l List) Err() error {
	if !l.HasErrors() {
		return nil
	}
	return &Problems{l}
}
