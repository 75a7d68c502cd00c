package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// maxBody is more than any request needs; what is longer is no valid JSON.
const maxBody = 1 << 20

// call is one authorised request to a vault.
type call struct {
	server  *Server
	host    string
	name    string // of the vault
	vault   string // its key in the store
	who     claims
	route   route
	request *http.Request
	text    []byte // the body
}

// answer is what a handler comes to. A nil body has none.
type answer struct {
	status     int
	body       any
	retryAfter time.Duration
}

func ok(body any) answer              { return answer{status: http.StatusOK, body: body} }
func refuse(err *serviceError) answer { return answer{status: err.status, body: err} }

func (a answer) write(w http.ResponseWriter) {
	if a.retryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(a.retryAfter.Seconds())))
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	writeJSON(w, a.status, a.body)
}

// serveVault answers a request to a vault: first of all, before anything of the
// request is looked at, it must carry a token.
func (s *Server) serveVault(w http.ResponseWriter, r *http.Request, host string) {
	if s.options.Answer != nil && s.options.Answer(w, r) {
		return
	}
	serviceHeaders(w)
	w.Header().Set("Date", s.options.Now().UTC().Format(http.TimeFormat))
	s.pause(r, s.options.Latency)
	name, of, _ := s.options.vaultOf(host)
	at := parseRoute(r.URL.Path)
	record := Request{
		Time: s.options.Now(), Host: host, Method: r.Method, Path: r.URL.Path,
		Route: at.pattern, APIVersion: r.URL.Query().Get("api-version"),
	}
	who, failed := s.tokens.check(r, of.resource)
	if failed != nil {
		// Without this the body would be awaited before the answer is sent.
		_ = http.NewResponseController(w).EnableFullDuplex()
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer authorization="https://%s/%s", resource="%s"`, of.login, DefaultTenant, s.options.Hostile.resource(of.resource)))
		record.Status = failed.status
		s.remember(record)
		refuse(failed).write(w)
		return
	}
	record.AppID = who.App
	if s.options.Before != nil {
		s.options.Before(record)
	}
	// The body is read before the vault is locked: a slow client holds up nobody.
	text, _ := io.ReadAll(io.LimitReader(r.Body, maxBody))
	c := &call{server: s, host: host, name: name, vault: vaultKey(name, of), who: who, route: at, request: r, text: text}
	fault := s.faultFor(r.Method, at.pattern)
	result := s.answer(c, fault)
	record.Status, record.Fault = result.status, string(fault.Kind)
	if s.options.After != nil {
		s.options.After(record)
	}
	s.remember(record)
	if fault.Kind == Drop || fault.Kind == CommitThenDrop {
		panic(http.ErrAbortHandler) // cuts the connection without an answer
	}
	result.write(w)
}

// carryOut runs one request at a time, as if the vault had a single copy.
func (s *Server) carryOut(c *call) answer {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	result := c.run()
	if c.request.Method != http.MethodGet && result.status < 300 {
		if err := s.store.save(); err != nil {
			return refuse(&serviceError{http.StatusInternalServerError, "InternalServerError", "the emulator cannot save its state: " + err.Error(), ""})
		}
	}
	return result
}

// pause waits like a distant service; the client going away ends it, and the end of
// the emulator ends the request.
func (s *Server) pause(r *http.Request, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
		if s.ctx.Err() != nil {
			panic(http.ErrAbortHandler)
		}
	}
}

// serviceHeaders are on every answer of the service (azure-sdk-assets, azsecrets
// recordings, TestCRUD).
func serviceHeaders(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("Pragma", "no-cache")
	h.Set("Expires", "-1")
	h.Set("Strict-Transport-Security", "max-age=31536000;includeSubDomains")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("x-ms-keyvault-region", "emulator")
	h.Set("x-ms-keyvault-service-version", "emulator")
	h.Set("x-ms-keyvault-network-info", "conn_type=Ipv4;addr=127.0.0.1;act_addr_fam=InterNetwork;")
	h.Set("x-ms-request-id", randomUUID())
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		status = http.StatusInternalServerError // no answer of ours is beyond JSON
	}
	line := bytes.TrimSuffix(text.Bytes(), []byte("\n"))
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(line)))
	w.WriteHeader(status)
	_, _ = w.Write(line)
}
