package emulator

import (
	"net/http"
	"strings"
)

// route is what a path asks for.
type route struct {
	pattern string // such as /secrets/{name}/{version}; empty when there is none
	name    string
	version string
}

// parseRoute reads a path. A slash at the end changes nothing: clients put one
// where a version could follow.
func parseRoute(path string) route {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	collection := "/" + parts[0]
	if collection != "/secrets" && collection != "/deletedsecrets" || len(parts) > 3 {
		return route{}
	}
	switch {
	case len(parts) == 1:
		return route{pattern: collection}
	case len(parts) == 2:
		return route{pattern: collection + "/{name}", name: parts[1]}
	case collection == "/secrets" && (parts[2] == "versions" || parts[2] == "backup"), collection == "/deletedsecrets" && parts[2] == "recover":
		return route{pattern: collection + "/{name}/" + parts[2], name: parts[1]}
	case collection == "/secrets":
		return route{pattern: "/secrets/{name}/{version}", name: parts[1], version: parts[2]}
	}
	return route{}
}

// operation is what a method does on a route, and the permission that it needs.
type operation struct {
	permission Permission
	run        func(*call) answer
}

var operations = map[string]operation{
	"GET /secrets":                        {PermissionList, (*call).list},
	"PUT /secrets/{name}":                 {PermissionSet, (*call).set},
	"GET /secrets/{name}":                 {PermissionGet, (*call).get},
	"GET /secrets/{name}/{version}":       {PermissionGet, (*call).get},
	"PATCH /secrets/{name}":               {PermissionUpdate, (*call).update},
	"PATCH /secrets/{name}/{version}":     {PermissionUpdate, (*call).update},
	"DELETE /secrets/{name}":              {PermissionDelete, (*call).delete},
	"GET /secrets/{name}/versions":        {PermissionList, (*call).versions},
	"POST /secrets/{name}/backup":         {PermissionBackup, (*call).backup},
	"POST /secrets/restore":               {PermissionRestore, (*call).restore},
	"GET /deletedsecrets":                 {PermissionList, (*call).listDeleted},
	"GET /deletedsecrets/{name}":          {PermissionGet, (*call).getDeleted},
	"DELETE /deletedsecrets/{name}":       {PermissionPurge, (*call).purge},
	"POST /deletedsecrets/{name}/recover": {PermissionRecover, (*call).recover},
}

// run finds what is asked for and does it, unless something forbids it.
func (c *call) run() answer {
	if c.request.URL.Query().Get("api-version") == "" {
		return refuse(badParameter("api-version must be specified", ""))
	}
	key := c.request.Method + " " + c.route.pattern
	if key == "POST /secrets/{name}" && c.route.name == "restore" {
		key = "POST /secrets/restore"
	}
	op, found := operations[key]
	switch {
	case !found:
		return refuse(&serviceError{http.StatusMethodNotAllowed, "NotSupported", c.request.Method + " " + c.request.URL.Path + " is not emulated", ""})
	case c.route.name != "" && !secretName.MatchString(c.route.name):
		return refuse(badParameter("The request URI contains an invalid name: "+c.route.name, ""))
	case c.server.options.Firewall:
		return refuse(firewalled)
	case c.server.denies(c.who.App, op.permission):
		return refuse(c.forbidden(op.permission))
	case op.permission == PermissionSet && !c.server.limiter.allow(c.vault):
		return refuse(throttled)
	}
	return op.run(c)
}
