package plugins

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
)

// etcd is the part of etcd's JSON gateway that the example uses: range, deleterange, and
// txn with one comparison of a mod_revision (etcd.io/docs/v3.5/dev-guide/api_grpc_gateway).
type etcd struct {
	mu       sync.Mutex
	revision int64
	keys     map[string]etcdKey
}

// etcdKey is a key as the gateway shows it: bytes in base64, 64-bit numbers as texts.
type etcdKey struct {
	Key      []byte `json:"key"`
	Value    []byte `json:"value,omitempty"`
	Revision int64  `json:"mod_revision,string"`
}

// etcdRequest is any request, and any operation of a transaction.
type etcdRequest struct {
	Key     []byte
	Value   []byte
	Compare []struct {
		Key      []byte
		Target   string
		Revision int64 `json:"mod_revision,string"`
	}
	Success, Failure []struct {
		Range *etcdRequest `json:"request_range"`
		Put   *etcdRequest `json:"request_put"`
	}
}

// ServeHTTP answers as etcd does: what is false or empty is left out.
func (e *etcd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var asked etcdRequest
	err := json.NewDecoder(r.Body).Decode(&asked)
	method, ok := strings.CutPrefix(r.URL.Path, "/v3/kv/")
	if err != nil || !ok || r.Method != http.MethodPost {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	var answer map[string]any
	switch method {
	case "range":
		answer = e.look(&asked)
	case "txn":
		answer = e.txn(&asked)
	case "deleterange":
		if _, there := e.keys[string(asked.Key)]; there {
			e.revision++
			delete(e.keys, string(asked.Key))
		}
		answer = e.answer()
	default:
		w.WriteHeader(http.StatusNotFound)
		return
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// answer is what every answer begins with.
func (e *etcd) answer() map[string]any {
	return map[string]any{"header": struct {
		Revision int64 `json:"revision,string"`
	}{e.revision}}
}

func (e *etcd) look(r *etcdRequest) map[string]any {
	answer := e.answer()
	if found, there := e.keys[string(r.Key)]; there {
		answer["kvs"], answer["count"] = []etcdKey{found}, "1"
	}
	return answer
}

func (e *etcd) put(r *etcdRequest) map[string]any {
	e.revision++
	e.keys[string(r.Key)] = etcdKey{r.Key, r.Value, e.revision}
	return e.answer()
}

// txn has a comparison of anything but a mod_revision fail.
func (e *etcd) txn(r *etcdRequest) map[string]any {
	succeeded := true
	for _, c := range r.Compare {
		succeeded = succeeded && c.Target == "MOD" && e.keys[string(c.Key)].Revision == c.Revision
	}
	operations := r.Failure
	if succeeded {
		operations = r.Success
	}
	var responses []map[string]any
	for _, o := range operations {
		if o.Put != nil {
			responses = append(responses, map[string]any{"response_put": e.put(o.Put)})
		}
		if o.Range != nil {
			responses = append(responses, map[string]any{"response_range": e.look(o.Range)})
		}
	}
	answer := e.answer()
	answer["responses"] = responses
	if succeeded {
		answer["succeeded"] = true
	}
	return answer
}

func (e *etcd) change(key string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.put(&etcdRequest{Key: []byte(key), Value: []byte("changed by hand")})
}

// value is what a key holds, "" when it is not there.
func (e *etcd) value(key string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return string(e.keys[key].Value)
}
