package plugins

import (
	"fmt"
	"io"
	"net/http"
	"sync"
)

// webdav is a server that keeps files in memory, each write with an ETag of its own.
type webdav struct {
	mu     sync.Mutex
	writes int
	files  map[string]webdavFile // by their paths
}

type webdavFile struct {
	content []byte
	tag     string
}

func (s *webdav) value(path string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.files[path].content)
}

func (s *webdav) change(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(path, []byte("changed by hand"))
}

func (s *webdav) put(path string, content []byte) webdavFile {
	s.writes++
	file := webdavFile{content, fmt.Sprintf("%q", fmt.Sprint("v", s.writes))}
	s.files[path] = file
	return file
}

// ServeHTTP answers GET, PUT and DELETE, with the conditions of RFC 9110.
func (s *webdav) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	content, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	file, there := s.files[r.URL.Path]
	match, none := r.Header.Get("If-Match"), r.Header.Get("If-None-Match")
	switch {
	case match != "" && (!there || match != "*" && match != file.tag), none == "*" && there:
		w.WriteHeader(http.StatusPreconditionFailed)
	case r.Method == http.MethodPut:
		w.Header().Set("ETag", s.put(r.URL.Path, content).tag)
		w.WriteHeader(http.StatusCreated)
	case !there:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodDelete:
		delete(s.files, r.URL.Path)
		w.WriteHeader(http.StatusNoContent)
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		w.Header().Set("ETag", file.tag)
		_, _ = w.Write(file.content)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}
