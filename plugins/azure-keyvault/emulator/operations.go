package emulator

import (
	"net/http"
)

// find is the secret of the route in its phase; nil when there is none.
func (c *call) find() *secretState { return c.server.store.find(c.vault, c.route.name) }

// findLive is the secret of the route if it can be used.
func (c *call) findLive() *secretState {
	if secret := c.find(); secret != nil && secret.Phase == live {
		return secret
	}
	return nil
}

// set adds a version: nothing of the version before is inherited.
func (c *call) set() answer {
	request, failed := c.body()
	if failed != nil {
		return refuse(failed)
	}
	if request.Value == nil {
		return refuse(badParameter("The parameter value is required.", ""))
	}
	if secret := c.find(); secret != nil {
		if failed := reserved(secret); failed != nil {
			return refuse(failed)
		}
		if secret.Managed {
			return refuse(managedByCertificate("set"))
		}
	}
	v := &versionState{Value: *request.Value, Enabled: true}
	request.apply(v)
	secret := c.server.store.set(c.vault, c.route.name, v)
	return ok(c.bundle(secret, v, true))
}

// reserved is why a name cannot be used in this phase. The texts are quoted in
// external-secrets issue 3519 and terraform-provider-azurerm issue 12285.
func reserved(secret *secretState) *serviceError {
	switch secret.Phase {
	case deleted:
		return conflict("Secret "+secret.Name+" is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.", "ObjectIsDeletedButRecoverable")
	case deleting, purging:
		return conflict("Secret "+secret.Name+" is currently being deleted and cannot be re-created; retry later.", "ObjectIsBeingDeleted")
	case recovering:
		return conflict("Secret "+secret.Name+" is currently being recovered and cannot be re-created; retry later.", "ObjectIsBeingRecovered")
	}
	return nil
}

// get shows a version whatever its dates say: the service does not enforce them
// (azsecrets recordings, TestCRUD).
func (c *call) get() answer {
	secret := c.findLive()
	if secret == nil {
		return refuse(notFound(c.route.name))
	}
	v := secret.version(c.route.version)
	switch {
	case v == nil:
		return refuse(notFound(c.route.name + "/" + c.route.version))
	case !v.Enabled:
		return refuse(disabled)
	}
	return ok(c.bundle(secret, v, true))
}

func (c *call) update() answer {
	request, failed := c.body()
	if failed != nil {
		return refuse(failed)
	}
	secret := c.findLive()
	switch {
	case secret == nil:
		return refuse(notFound(c.route.name))
	case secret.version(c.route.version) == nil:
		return refuse(notFound(c.route.name + "/" + c.route.version))
	}
	v := secret.version(c.route.version)
	request.apply(v)
	v.Updated = c.server.options.Now().Unix()
	return ok(c.bundle(secret, v, false))
}

func (c *call) delete() answer {
	secret := c.find()
	switch {
	case secret == nil || secret.Phase == deleted || secret.Phase == purging:
		return refuse(notFound(c.route.name))
	case secret.Phase != live:
		return refuse(reserved(secret))
	case secret.Managed:
		return refuse(managedByCertificate("delete"))
	}
	secret.Deleted = c.server.options.Now()
	c.server.store.move(secret, deleting)
	return ok(c.deletedBundle(secret, true))
}

func (c *call) getDeleted() answer {
	secret := c.find()
	if secret == nil || secret.Phase != deleted {
		return refuse(deletedNotFound(c.route.name))
	}
	return ok(c.deletedBundle(secret, true))
}

func (c *call) purge() answer {
	secret := c.find()
	switch {
	case secret == nil || secret.Phase == live || secret.Phase == purging:
		return refuse(deletedNotFound(c.route.name))
	case secret.Phase != deleted:
		return refuse(reserved(secret))
	case c.server.options.PurgeProtection:
		return refuse(purgeProtected(c.name))
	}
	c.server.store.move(secret, purging)
	return answer{status: http.StatusNoContent}
}

func (c *call) recover() answer {
	secret := c.find()
	switch {
	case secret == nil || secret.Phase == live || secret.Phase == purging:
		return refuse(deletedNotFound(c.route.name))
	case secret.Phase != deleted:
		return refuse(reserved(secret))
	}
	c.server.store.move(secret, recovering)
	return ok(c.bundle(secret, secret.current(), false))
}
