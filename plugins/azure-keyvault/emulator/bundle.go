package emulator

// attributes are a version's, with what may become of it after a delete.
type attributes struct {
	Enabled       bool   `json:"enabled"`
	NotBefore     *int64 `json:"nbf,omitempty"`
	Expires       *int64 `json:"exp,omitempty"`
	Created       int64  `json:"created"`
	Updated       int64  `json:"updated"`
	RecoveryLevel string `json:"recoveryLevel"`
	Days          int    `json:"recoverableDays"`
}

// bundle is a secret as the service shows it, in the order in which it does.
type bundle struct {
	RecoveryID         string            `json:"recoveryId,omitempty"`
	DeletedDate        int64             `json:"deletedDate,omitempty"`
	ScheduledPurgeDate int64             `json:"scheduledPurgeDate,omitempty"`
	Value              *string           `json:"value,omitempty"`
	ContentType        string            `json:"contentType,omitempty"`
	ID                 string            `json:"id"`
	Managed            bool              `json:"managed,omitempty"`
	Attributes         attributes        `json:"attributes"`
	Tags               map[string]string `json:"tags,omitzero"` // {} is not none
}

func (c *call) id(collection, name, version string) string {
	id := "https://" + c.host + "/" + collection + "/" + name
	if version != "" {
		id += "/" + version
	}
	return id
}

// bundle is a version with its id. Only set and get show the value.
func (c *call) bundle(s *secretState, v *versionState, value bool) bundle {
	b := c.properties(s, v, v.ID)
	if value {
		b.Value = &v.Value
	}
	return b
}

// properties are a version without its value; a listing of secrets shows the id
// without the version.
func (c *call) properties(s *secretState, v *versionState, version string) bundle {
	return bundle{
		ID: c.id("secrets", s.Name, version), ContentType: v.ContentType, Managed: s.Managed, Tags: v.Tags,
		Attributes: attributes{
			Enabled: v.Enabled, NotBefore: v.NotBefore, Expires: v.Expires, Created: v.Created, Updated: v.Updated,
			RecoveryLevel: c.server.options.recoveryLevel(), Days: c.server.options.RetentionDays,
		},
	}
}

// deletedBundle is a deleted secret: its latest version, when the version is
// wanted at all.
func (c *call) deletedBundle(s *secretState, version bool) bundle {
	id := ""
	if version {
		id = s.current().ID
	}
	b := c.properties(s, s.current(), id)
	b.RecoveryID = c.id("deletedsecrets", s.Name, "")
	b.DeletedDate = s.Deleted.Unix()
	b.ScheduledPurgeDate = s.Deleted.Add(c.server.options.retention()).Unix()
	return b
}

// recoveryLevel is one of the values of the REST reference, "DeletionRecoveryLevel".
func (o Options) recoveryLevel() string {
	level := "Recoverable"
	if o.RetentionDays < defaultRetentionDays {
		level = "CustomizedRecoverable"
	}
	if !o.PurgeProtection {
		level += "+Purgeable"
	}
	return level
}
