package emulator

import (
	"maps"
	"time"
)

// Request is what is remembered of a request: never a body, a value, a token or a
// query.
type Request struct {
	Time       time.Time `json:"time"`
	Host       string    `json:"host"`
	Method     string    `json:"method"`
	Path       string    `json:"path,omitempty"`
	Route      string    `json:"route,omitempty"` // such as /secrets/{name}
	APIVersion string    `json:"api_version,omitempty"`
	Status     int       `json:"status"`
	AppID      string    `json:"app_id,omitempty"`
	Fault      string    `json:"fault,omitempty"`
}

// Requests are all requests so far, in the order in which they were answered.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Count is how many authorised requests vaults got so far: of a method such as
// "PUT", or of a method and a route such as "PUT /secrets/{name}".
func (s *Server) Count(what string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[what]
}

// Counts are all that Count knows.
func (s *Server) Counts() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.counts)
}

func (s *Server) remember(r Request) {
	s.mu.Lock()
	s.requests = append(s.requests, r)
	s.mu.Unlock()
	if s.options.Log != nil {
		s.options.Log(r)
	}
}
